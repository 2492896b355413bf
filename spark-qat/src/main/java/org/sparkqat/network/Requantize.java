package org.sparkqat.network;

import java.util.List;
import org.sparkqat.tensor.Shape;

/**
 * The identity, whose output has a quantizer of its own: what reads it gets the same values with
 * other bits or another range than what reads its input, as where a convolution takes 2-bit codes
 * of a residual stream of 8 bits.
 */
public record Requantize() implements Layer {

  @Override
  public Shape outputShape(List<Shape> inputs) {
    return inputs.get(0);
  }

  @Override
  public <T> T accept(LayerVisitor<T> visitor) {
    return visitor.requantize(this);
  }
}
