package org.sparkqat.network;

import java.util.List;
import org.sparkqat.tensor.Shape;

/**
 * Scales each channel of the first input by the second, the gate: {@code dst[n,c,y,x] =
 * src[n,c,y,x] * gate[n,c]}, src and dst {@code [C, H, W]}, gate {@code [C, 1, 1]} or {@code [C]};
 * or all three {@code [C]}.
 */
public record Multiply() implements Layer {

  @Override
  public Shape outputShape(List<Shape> inputs) {
    Shape src = inputs.get(0);
    Shape gate = inputs.get(1);
    Shape vector = new Shape(src.channels());
    Shape image = new Shape(src.channels(), 1, 1);
    boolean fits = gate.equals(vector) || (src.rank() == 3 && gate.equals(image));
    if (!fits) {
      throw new IllegalArgumentException(
          "the second input must hold one value per channel of the first: "
              + (src.rank() == 3 ? vector + " or " + image : vector));
    }
    return src;
  }

  @Override
  public int arity() {
    return 2;
  }

  @Override
  public <T> T accept(LayerVisitor<T> visitor) {
    return visitor.multiply(this);
  }
}
