package org.sparkqat.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A fully connected layer in plain Java: {@code dst[n, o] = Σᵢ src[n, i] · weights[o, i]}, every
 * sum in ascending order of its index.
 */
final class ReferenceFullyConnected implements WeightedKernel {

  private final CallContract contract;
  private final int batch;
  private final int inputs;
  private final int outputs;
  private final float[][] weights;
  private final float[][] transposed;
  private final float[][] examples;
  private final float[] outputRow;
  private final float[] inputRow;

  ReferenceFullyConnected(FullyConnectedShape shape) {
    this.contract = new CallContract(shape);
    this.batch = shape.batch();
    this.inputs = shape.inputs();
    this.outputs = shape.outputs();
    this.weights = new float[outputs][inputs];
    this.transposed = new float[inputs][outputs];
    this.examples = new float[batch][inputs];
    this.outputRow = new float[outputs];
    this.inputRow = new float[inputs];
  }

  @Override
  public void weights(float[] values, int offset) {
    contract.weights(values, offset);
    for (int o = 0; o < outputs; o++) {
      System.arraycopy(values, offset + o * inputs, weights[o], 0, inputs);
      for (int i = 0; i < inputs; i++) {
        transposed[i][o] = weights[o][i];
      }
    }
  }

  @Override
  public void forward(float[] src, float[] dst) {
    contract.forward(src, dst);
    for (int n = 0; n < batch; n++) {
      Arrays.fill(outputRow, 0f);
      Rows.addScaled(src, n * inputs, 1, transposed, inputs, outputRow, outputs);
      System.arraycopy(outputRow, 0, dst, n * outputs, outputs);
    }
  }

  @Override
  public void backward(
      float[] src, float[] diffDst, float @Nullable [] diffSrc, float[] diffWeights) {
    contract.backward(src, diffDst, diffSrc, diffWeights);
    backwardWeights(src, diffDst, diffWeights);
    if (diffSrc != null) {
      backwardSrc(diffDst, diffSrc);
    }
  }

  @Override
  public void close() {
    contract.close();
  }

  private void backwardSrc(float[] diffDst, float[] diffSrc) {
    for (int n = 0; n < batch; n++) {
      Arrays.fill(inputRow, 0f);
      Rows.addScaled(diffDst, n * outputs, 1, weights, outputs, inputRow, inputs);
      System.arraycopy(inputRow, 0, diffSrc, n * inputs, inputs);
    }
  }

  private void backwardWeights(float[] src, float[] diffDst, float[] diffWeights) {
    for (int n = 0; n < batch; n++) {
      System.arraycopy(src, n * inputs, examples[n], 0, inputs);
    }
    for (int o = 0; o < outputs; o++) {
      Arrays.fill(inputRow, 0f);
      Rows.addScaled(diffDst, o, outputs, examples, batch, inputRow, inputs);
      System.arraycopy(inputRow, 0, diffWeights, o * inputs, inputs);
    }
  }
}
