package org.sparkqat.network;

import java.util.List;
import java.util.Locale;
import org.sparkqat.tensor.Shape;

/**
 * An element-wise layer that is a block of its own: what it reads is quantized, and what it puts
 * out is quantized again, so that an integer runtime computes it by a table over the codes. src and
 * dst have one shape, {@code [C, H, W]} or {@code [F]}.
 *
 * <p>{@link Layer.Relu} and {@link Layer.Relu6} need no table, as they only limit the codes; they
 * are joined to the layer before them ({@link Activation}).
 */
public enum ActivationFunction implements Layer {

  /** {@code dst = 1 / (1 + exp(-src))}. */
  SIGMOID,

  /** {@code dst = (exp(src) - exp(-src)) / (exp(src) + exp(-src))}. */
  TANH,

  /**
   * {@code dst = min(max(src / 6 + 1 / 2, 0), 1)} (Howard et al. 2019, arXiv 1905.02244). The
   * gradient is 0 for {@code |src| >= 3}.
   */
  HARD_SIGMOID,

  /** {@code dst = src * hardSigmoid(src)} (Howard et al. 2019, arXiv 1905.02244). */
  HARD_SWISH,

  /**
   * {@code dst = src * sigmoid(src)}, also called swish (Elfwing et al. 2017, arXiv 1702.03118).
   */
  SILU;

  /** How a description of a network calls it, e.g. {@code hard-swish}. */
  public String typeName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** True when, as a rectifier, it is near 0 on one side and near the identity on the other. */
  boolean rectifies() {
    return this == HARD_SWISH || this == SILU;
  }

  @Override
  public Shape outputShape(List<Shape> inputs) {
    return inputs.get(0);
  }

  @Override
  public <T> T accept(LayerVisitor<T> visitor) {
    return visitor.activationFunction(this);
  }
}
