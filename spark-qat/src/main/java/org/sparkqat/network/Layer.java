package org.sparkqat.network;

import java.util.List;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;

/**
 * One kind of layer with its settings, without weights. Shapes exclude the batch: an image is
 * {@code [C, H, W]}, a vector {@code [F]}.
 */
public sealed interface Layer
    permits Layer.Convolution,
        Layer.FullyConnected,
        Layer.BatchNormalization,
        Layer.Relu,
        Layer.Relu6,
        Layer.MaxPool,
        Layer.AveragePool,
        Layer.GlobalAveragePool,
        Layer.Add,
        Layer.Flatten,
        Layer.Dropout,
        ActivationFunction,
        Concatenate,
        Multiply,
        Requantize {

  /**
   * Shape of the output.
   *
   * @throws IllegalArgumentException with the reason when the inputs do not fit
   */
  Shape outputShape(List<Shape> inputs);

  /** Appends this layer's parameters, named {@code layer.kind}. */
  default void declareParameters(String name, List<Shape> inputs, ParameterLayout.Builder layout) {}

  /** The visitor's answer to this kind of layer. */
  <T> T accept(LayerVisitor<T> visitor);

  /** How many inputs the layer takes, at least. */
  default int arity() {
    return 1;
  }

  /** True when the layer takes more inputs than its {@link #arity}, too. */
  default boolean takesMore() {
    return false;
  }

  /** True for layers that multiply by weights: convolutions and fully connected layers. */
  default boolean isWeighted() {
    return false;
  }

  /**
   * True when the output holds only values (or scaled values) of the input, so that the input's
   * codes serve as the output's.
   */
  default boolean passesCodes() {
    return false;
  }

  /** The element-wise function that the layer is, if it is one. */
  default Activation activation() {
    return Activation.NONE;
  }

  /**
   * Convolution (cross-correlation): {@code dst[n,o,y,x] = bias[o] + sum_{c,i,j} weights[o,c,i,j] *
   * src[n, c, y * stride + i - padding, x * stride + j - padding]}, src {@code [C, H, W]}, weights
   * {@code [O, C / groups, KH, KW]}, dst {@code [O, OH, OW]}.
   *
   * @param outputs number of output channels, a multiple of {@code groups}
   * @param groups divides the input channels; equal to them: depthwise. Default 1
   */
  record Convolution(int outputs, Window window, int groups, Bias bias) implements Layer {
    public Convolution {
      Layers.requirePositive("outputs", outputs);
      Layers.requirePositive("groups", groups);
      if (outputs % groups != 0) {
        throw new IllegalArgumentException(
            "Invalid outputs: " + outputs + " (must be a multiple of groups " + groups + ")");
      }
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      Shape src = Layers.requireImage(inputs.get(0));
      if (src.channels() % groups != 0) {
        throw new IllegalArgumentException(
            "input channels " + src.channels() + " are not a multiple of groups " + groups);
      }
      return new Shape(outputs, window.outputHeight(src.dim(1)), window.outputWidth(src.dim(2)));
    }

    @Override
    public void declareParameters(String name, List<Shape> inputs, ParameterLayout.Builder layout) {
      int channels = inputs.get(0).channels() / groups;
      layout.add(
          name + ".weight",
          Parameter.Kind.WEIGHT,
          new Shape(outputs, channels, window.kernelHeight(), window.kernelWidth()));
      bias.declare(name, outputs, layout);
    }

    @Override
    public boolean isWeighted() {
      return true;
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.convolution(this);
    }
  }

  /**
   * Fully connected: {@code dst[n,o] = bias[o] + sum_i weights[o,i] * src[n,i]}, src {@code [I]},
   * weights {@code [O, I]}, dst {@code [O]}.
   */
  record FullyConnected(int outputs, Bias bias) implements Layer {
    public FullyConnected {
      Layers.requirePositive("outputs", outputs);
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      Shape src = inputs.get(0);
      if (src.rank() != 1) {
        throw new IllegalArgumentException(
            "a fully connected layer takes a vector, not "
                + src
                + " (put a flatten layer between)");
      }
      return new Shape(outputs);
    }

    @Override
    public void declareParameters(String name, List<Shape> inputs, ParameterLayout.Builder layout) {
      Shape weights = new Shape(outputs, inputs.get(0).size());
      layout.add(name + ".weight", Parameter.Kind.WEIGHT, weights);
      bias.declare(name, outputs, layout);
    }

    @Override
    public boolean isWeighted() {
      return true;
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.fullyConnected(this);
    }
  }

  /**
   * Batch normalization: {@code dst = gamma * (src - mean) / sqrt(variance + epsilon) + beta} per
   * channel; mean and (biased) variance are those of the micro-batch while training, the global
   * running ones otherwise (Ioffe and Szegedy 2015, arXiv 1502.03167).
   *
   * @param epsilon above 0, default 1e-5
   * @param momentum weight of a step's global statistics in the running ones, in (0, 1], default
   *     0.1
   */
  record BatchNormalization(float epsilon, float momentum) implements Layer {
    public static final BatchNormalization DEFAULT = new BatchNormalization(1e-5f, 0.1f);

    public BatchNormalization {
      if (!(epsilon > 0 && epsilon < 1)) {
        throw new IllegalArgumentException(
            "Invalid epsilon: " + epsilon + " (allowed: above 0, below 1)");
      }
      if (!(momentum > 0 && momentum <= 1)) {
        throw new IllegalArgumentException(
            "Invalid momentum: " + momentum + " (allowed: above 0, at most 1)");
      }
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      return inputs.get(0);
    }

    @Override
    public void declareParameters(String name, List<Shape> inputs, ParameterLayout.Builder layout) {
      Shape channels = new Shape(inputs.get(0).channels());
      layout.add(name + ".gamma", Parameter.Kind.BATCH_NORM_SCALE, channels);
      layout.add(name + ".beta", Parameter.Kind.BATCH_NORM_SHIFT, channels);
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.batchNormalization(this);
    }
  }

  /** {@code dst = max(src, 0)}. */
  record Relu() implements Layer {
    @Override
    public Shape outputShape(List<Shape> inputs) {
      return inputs.get(0);
    }

    @Override
    public Activation activation() {
      return Activation.RELU;
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.relu(this);
    }
  }

  /** {@code dst = min(max(src, 0), 6)}. */
  record Relu6() implements Layer {
    @Override
    public Shape outputShape(List<Shape> inputs) {
      return inputs.get(0);
    }

    @Override
    public Activation activation() {
      return Activation.RELU6;
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.relu6(this);
    }
  }

  /**
   * Maximum over a window; padding counts as minus infinity. The first maximum gets the gradient.
   */
  record MaxPool(Window window) implements Layer {
    @Override
    public Shape outputShape(List<Shape> inputs) {
      return Layers.pooled(inputs.get(0), window);
    }

    @Override
    public boolean passesCodes() {
      return true;
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.maxPool(this);
    }
  }

  /** Mean over the elements of a window that lie inside the image (padding is not counted). */
  record AveragePool(Window window) implements Layer {
    @Override
    public Shape outputShape(List<Shape> inputs) {
      return Layers.pooled(inputs.get(0), window);
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.averagePool(this);
    }
  }

  /** Mean over both spatial axes: {@code [C, H, W]} to {@code [C, 1, 1]}. */
  record GlobalAveragePool() implements Layer {
    @Override
    public Shape outputShape(List<Shape> inputs) {
      return new Shape(Layers.requireImage(inputs.get(0)).channels(), 1, 1);
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.globalAveragePool(this);
    }
  }

  /** Element-wise sum of two tensors of one shape, as in a residual connection. */
  record Add() implements Layer {
    @Override
    public Shape outputShape(List<Shape> inputs) {
      if (!inputs.get(0).equals(inputs.get(1))) {
        throw new IllegalArgumentException(
            "shapes differ: " + inputs.get(0) + " and " + inputs.get(1));
      }
      return inputs.get(0);
    }

    @Override
    public int arity() {
      return 2;
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.add(this);
    }
  }

  /** {@code [C, H, W]} to {@code [C * H * W]}. */
  record Flatten() implements Layer {
    @Override
    public Shape outputShape(List<Shape> inputs) {
      return new Shape(inputs.get(0).size());
    }

    @Override
    public boolean passesCodes() {
      return true;
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.flatten(this);
    }
  }

  /**
   * While training, zeroes each element with probability {@code rate} and scales the others by
   * {@code 1 / (1 - rate)}; otherwise the identity.
   *
   * @param rate in [0, 1)
   */
  record Dropout(float rate) implements Layer {
    public Dropout {
      if (!(rate >= 0 && rate < 1)) {
        throw new IllegalArgumentException("Invalid rate: " + rate + " (allowed: 0 up to below 1)");
      }
    }

    @Override
    public Shape outputShape(List<Shape> inputs) {
      return inputs.get(0);
    }

    @Override
    public boolean passesCodes() {
      return true;
    }

    @Override
    public <T> T accept(LayerVisitor<T> visitor) {
      return visitor.dropout(this);
    }
  }
}
