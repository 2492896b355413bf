package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** One shape with random arrays, run on kernels and compared with the oracle. */
final class LinearCase {

  /** Unit roundoff of binary32. */
  private static final double U = 0x1p-24;

  final LinearShape shape;
  final float[] src;
  final float[] weights;
  final float[] diffDst;
  final float[] dst;
  final float[] diffSrc;
  final float[] diffWeights;

  private LinearCase(LinearShape shape, float[] src, float[] weights, float[] diffDst) {
    this.shape = shape;
    this.src = src;
    this.weights = weights;
    this.diffDst = diffDst;
    this.dst = filled(shape.dstSize());
    this.diffSrc = filled(shape.srcSize());
    this.diffWeights = filled(shape.weightsSize());
  }

  /** Values of a normal distribution. */
  static LinearCase real(LinearShape shape, Random random) {
    return new LinearCase(
        shape,
        normal(shape.srcSize(), random),
        normal(shape.weightsSize(), random),
        normal(shape.dstSize(), random));
  }

  /** Codes less the zero point, as a quantized layer passes them. */
  static LinearCase codes(LinearShape shape, Random random) {
    return new LinearCase(
        shape,
        integers(shape.srcSize(), 0, 15, random),
        integers(shape.weightsSize(), -7, 7, random),
        integers(shape.dstSize(), -7, 7, random));
  }

  /** Runs forward and backward on a kernel made for the shape. */
  LinearCase run(Kernels kernels) {
    try (WeightedKernel kernel = kernel(kernels)) {
      runOn(kernel);
    }
    return this;
  }

  void runOn(WeightedKernel kernel) {
    kernel.weights(weights, 0);
    kernel.forward(src, dst);
    kernel.backward(src, diffDst, diffSrc, diffWeights);
  }

  WeightedKernel kernel(Kernels kernels) {
    return shape instanceof ConvolutionShape convolution
        ? kernels.convolution(convolution)
        : fullyConnected(kernels, (FullyConnectedShape) shape);
  }

  /** The bound for a sum of K products in any order: γ = K·u/(1 − K·u) times the sum of sizes. */
  void assertWithinRoundingOfOracle() {
    LinearOracle oracle = LinearOracle.of(shape);
    double[] s = doubles(src);
    double[] w = doubles(weights);
    double[] d = doubles(diffDst);
    double[] sizeS = sizes(src);
    double[] sizeW = sizes(weights);
    double[] sizeD = sizes(diffDst);
    assertClose("dst", terms().dst(), dst, oracle.forward(s, w), oracle.forward(sizeS, sizeW));
    assertClose(
        "diffSrc",
        terms().diffSrc(),
        diffSrc,
        oracle.backwardSrc(w, d),
        oracle.backwardSrc(sizeW, sizeD));
    assertClose(
        "diffWeights",
        terms().diffWeights(),
        diffWeights,
        oracle.backwardWeights(s, d),
        oracle.backwardWeights(sizeS, sizeD));
  }

  void assertEqualToOracle() {
    LinearOracle oracle = LinearOracle.of(shape);
    double[] s = doubles(src);
    double[] w = doubles(weights);
    double[] d = doubles(diffDst);
    assertThat(doubles(dst)).as("dst of %s", shape).isEqualTo(oracle.forward(s, w));
    assertThat(doubles(diffSrc)).as("diffSrc of %s", shape).isEqualTo(oracle.backwardSrc(w, d));
    assertThat(doubles(diffWeights))
        .as("diffWeights of %s", shape)
        .isEqualTo(oracle.backwardWeights(s, d));
  }

  static double[] doubles(float[] values) {
    // Adding zero makes −0 and +0 one value.
    return IntStream.range(0, values.length).mapToDouble(i -> values[i] + 0.0).toArray();
  }

  private void assertClose(
      String name, double terms, float[] actual, double[] expected, double[] sizes) {
    double gamma = terms * U / (1 - terms * U);
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= gamma * sizes[i])) {
        throw new AssertionError(
            "%s[%d] of %s: %s, expected %s within %s"
                .formatted(name, i, shape, actual[i], expected[i], gamma * sizes[i]));
      }
    }
  }

  /** How many products one value of each result is the sum of, at most. */
  private Terms terms() {
    if (shape instanceof ConvolutionShape s) {
      int window = s.kernelHeight() * s.kernelWidth();
      return new Terms(
          s.groupChannels() * window,
          s.groupOutputs() * window,
          s.batch() * s.outputHeight() * s.outputWidth());
    }
    FullyConnectedShape s = (FullyConnectedShape) shape;
    return new Terms(s.inputs(), s.outputs(), s.batch());
  }

  private record Terms(int dst, int diffSrc, int diffWeights) {}

  private static WeightedKernel fullyConnected(Kernels kernels, FullyConnectedShape shape) {
    return kernels.fullyConnected(shape.batch(), shape.inputs(), shape.outputs());
  }

  private static double[] sizes(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> Math.abs(values[i])).toArray();
  }

  /** NaN everywhere, so that a value that is not written is noticed. */
  private static float[] filled(int size) {
    float[] values = new float[size];
    Arrays.fill(values, Float.NaN);
    return values;
  }

  private static float[] normal(int size, Random random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static float[] integers(int size, int least, int most, Random random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = least + random.nextInt(most - least + 1);
    }
    return values;
  }
}
