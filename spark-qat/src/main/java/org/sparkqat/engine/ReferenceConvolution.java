package org.sparkqat.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A convolution in plain Java: {@code dst[n, o, y, x] = Σ_c Σ_kh Σ_kw src[n, c, y·sh + kh − ph,
 * x·sw + kw − pw] · weights[o, c, kh, kw]}, every sum in ascending order of its indices.
 */
final class ReferenceConvolution implements WeightedKernel {

  private final ConvolutionShape shape;
  private final CallContract contract;
  private final Columns columns;
  private final int terms;
  private final int positions;
  private final float[] weights;
  private final float[] row;
  private final float[][] outputRows;
  private final float[][] patches;
  private final float[][] weightSums;

  ReferenceConvolution(ConvolutionShape shape) {
    this.shape = shape;
    this.contract = new CallContract(shape);
    this.columns = new Columns(shape);
    this.terms = columns.terms();
    this.positions = columns.positions();
    this.weights = new float[shape.weightsSize()];
    this.row = new float[positions];
    this.outputRows = new float[shape.groupOutputs()][positions];
    this.patches = new float[positions][terms];
    this.weightSums = new float[shape.outputs()][terms];
  }

  @Override
  public void weights(float[] values, int offset) {
    contract.weights(values, offset);
    System.arraycopy(values, offset, weights, 0, weights.length);
  }

  @Override
  public void forward(float[] src, float[] dst) {
    contract.forward(src, dst);
    for (int n = 0; n < shape.batch(); n++) {
      for (int g = 0; g < shape.groups(); g++) {
        columns.load(src, n, g);
        for (int o = firstOutput(g); o < firstOutput(g + 1); o++) {
          Arrays.fill(row, 0f);
          Rows.addScaled(weights, o * terms, 1, columns.rows(), terms, row, positions);
          System.arraycopy(row, 0, dst, dstPlane(n, o), positions);
        }
      }
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
    Arrays.fill(diffSrc, 0, shape.srcSize(), 0f);
    for (int n = 0; n < shape.batch(); n++) {
      for (int g = 0; g < shape.groups(); g++) {
        loadOutputRows(diffDst, n, g);
        int firstWeight = firstOutput(g) * terms;
        for (int k = 0; k < terms; k++) {
          Arrays.fill(row, 0f);
          Rows.addScaled(
              weights, firstWeight + k, terms, outputRows, outputRows.length, row, positions);
          columns.addBack(row, k, diffSrc, n, g);
        }
      }
    }
  }

  private void backwardWeights(float[] src, float[] diffDst, float[] diffWeights) {
    for (float[] sums : weightSums) {
      Arrays.fill(sums, 0f);
    }
    for (int n = 0; n < shape.batch(); n++) {
      for (int g = 0; g < shape.groups(); g++) {
        columns.load(src, n, g);
        transposeColumns();
        for (int o = firstOutput(g); o < firstOutput(g + 1); o++) {
          Rows.addScaled(diffDst, dstPlane(n, o), 1, patches, positions, weightSums[o], terms);
        }
      }
    }
    for (int o = 0; o < shape.outputs(); o++) {
      System.arraycopy(weightSums[o], 0, diffWeights, o * terms, terms);
    }
  }

  private void loadOutputRows(float[] diffDst, int n, int g) {
    for (int o = 0; o < outputRows.length; o++) {
      System.arraycopy(diffDst, dstPlane(n, firstOutput(g) + o), outputRows[o], 0, positions);
    }
  }

  /** The input window of each output position as one row, so that sums run over positions. */
  private void transposeColumns() {
    float[][] rows = columns.rows();
    for (int j = 0; j < positions; j++) {
      float[] patch = patches[j];
      for (int k = 0; k < terms; k++) {
        patch[k] = rows[k][j];
      }
    }
  }

  private int firstOutput(int g) {
    return g * shape.groupOutputs();
  }

  private int dstPlane(int n, int o) {
    return (n * shape.outputs() + o) * positions;
  }
}
