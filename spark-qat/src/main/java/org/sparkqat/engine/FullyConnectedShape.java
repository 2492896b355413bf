package org.sparkqat.engine;

/**
 * The shape of a fully connected layer on one micro-batch: src {@code [N, I]}, weights {@code [O,
 * I]}, dst {@code [N, O]}.
 *
 * @param batch N, at least 1
 * @param inputs I, at least 1
 * @param outputs O, at least 1
 */
public record FullyConnectedShape(int batch, int inputs, int outputs) implements LinearShape {

  public FullyConnectedShape {
    Sizes.atLeast(1, "fully connected batch", batch);
    Sizes.atLeast(1, "fully connected inputs", inputs);
    Sizes.atLeast(1, "fully connected outputs", outputs);
    Sizes.product("fully connected src", batch, inputs);
    Sizes.product("fully connected weights", outputs, inputs);
    Sizes.product("fully connected dst", batch, outputs);
  }

  @Override
  public int srcSize() {
    return batch * inputs;
  }

  @Override
  public int weightsSize() {
    return outputs * inputs;
  }

  @Override
  public int dstSize() {
    return batch * outputs;
  }

  @Override
  public String toString() {
    return "fully connected src [%d, %d], weights [%d, %d]"
        .formatted(batch, inputs, outputs, inputs);
  }
}
