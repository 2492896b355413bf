package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Both kinds of kernels against the oracle in double precision. */
class KernelsTest {

  private static final int[] SIZES = {1, 3, 7, 8, 13, 16, 17, 31, 33, 64, 100};
  private static final long MOST_TERMS = 2_000_000;

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void convolutionsAgreeWithTheOracleWithinRounding(EngineChoice choice) {
    Random random = Seeds.random();
    try (Kernels kernels = Engines.open(choice)) {
      for (ConvolutionShape shape : convolutions(random)) {
        LinearCase.real(shape, random).run(kernels).assertWithinRoundingOfOracle();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void convolutionsOfCodesAreExact(EngineChoice choice) {
    Random random = Seeds.random();
    try (Kernels kernels = Engines.open(choice)) {
      for (ConvolutionShape shape : convolutions(random)) {
        LinearCase.codes(shape, random).run(kernels).assertEqualToOracle();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void fullyConnectedLayersAgreeWithTheOracleWithinRounding(EngineChoice choice) {
    Random random = Seeds.random();
    try (Kernels kernels = Engines.open(choice)) {
      for (FullyConnectedShape shape : fullyConnected(random)) {
        LinearCase.real(shape, random).run(kernels).assertWithinRoundingOfOracle();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void fullyConnectedLayersOfCodesAreExact(EngineChoice choice) {
    Random random = Seeds.random();
    try (Kernels kernels = Engines.open(choice)) {
      for (FullyConnectedShape shape : fullyConnected(random)) {
        LinearCase.codes(shape, random).run(kernels).assertEqualToOracle();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void gradientsAreCentralDifferencesOfTheOracle(EngineChoice choice) {
    Random random = Seeds.random();
    List<LinearShape> shapes =
        List.of(
            new ConvolutionShape(2, 3, 5, 4, 4, 3, 2, 2, 1, 1, 0, 1),
            new ConvolutionShape(2, 4, 4, 5, 6, 2, 3, 1, 2, 1, 2, 2),
            new ConvolutionShape(3, 5, 4, 4, 5, 3, 3, 1, 1, 1, 1, 5),
            new FullyConnectedShape(3, 7, 5));
    try (Kernels kernels = Engines.open(choice)) {
      for (LinearShape shape : shapes) {
        LinearCase run = LinearCase.real(shape, random).run(kernels);
        double[] src = LinearCase.doubles(run.src);
        double[] weights = LinearCase.doubles(run.weights);
        double[] diffDst = LinearCase.doubles(run.diffDst);
        LinearOracle oracle = LinearOracle.of(shape);
        assertGradient(run.diffSrc, src, () -> dot(oracle.forward(src, weights), diffDst));
        assertGradient(run.diffWeights, weights, () -> dot(oracle.forward(src, weights), diffDst));
      }
    }
  }

  /** The map is linear in each argument, so the step may be large and only rounding remains. */
  private static void assertGradient(float[] gradient, double[] at, Loss loss) {
    for (int i = 0; i < at.length; i++) {
      double value = at[i];
      at[i] = value + 1;
      double above = loss.value();
      at[i] = value - 1;
      double below = loss.value();
      at[i] = value;
      assertThat((double) gradient[i])
          .isCloseTo((above - below) / 2, org.assertj.core.data.Offset.offset(1e-4));
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Every size in every role, and random mixtures of them. */
  private static List<ConvolutionShape> convolutions(Random random) {
    List<ConvolutionShape> shapes = new ArrayList<>();
    for (int size : SIZES) {
      shapes.add(new ConvolutionShape(size, 3, 5, 5, 4, 3, 3, 1, 1, 1, 1, 1));
      shapes.add(new ConvolutionShape(2, size, 5, 5, 8, 3, 3, 1, 1, 1, 1, 1));
      shapes.add(new ConvolutionShape(2, 8, 5, 5, size, 3, 3, 2, 2, 1, 1, 1));
      shapes.add(new ConvolutionShape(1, 3, size, size, 8, 3, 3, 1, 1, 1, 1, 1));
      shapes.add(new ConvolutionShape(1, 16, size, 3, 16, 1, 1, 1, 1, 0, 0, 1));
      shapes.add(new ConvolutionShape(1, 4, 3, size, 4, 1, 1, 2, 2, 0, 0, 1));
      shapes.add(new ConvolutionShape(2, size, 7, 6, size, 3, 3, 1, 1, 1, 1, size));
      shapes.add(new ConvolutionShape(2, size, 7, 6, size, 3, 3, 2, 2, 1, 1, size));
      shapes.add(new ConvolutionShape(2, 2 * size, 4, 4, 2 * size, 3, 3, 1, 1, 1, 1, 2));
    }
    while (shapes.size() < 200) {
      randomConvolution(random, shapes);
    }
    return shapes;
  }

  private static void randomConvolution(Random random, List<ConvolutionShape> shapes) {
    int groups = random.nextInt(4) == 0 ? any(random) : 1 + random.nextInt(2);
    int kernelHeight = 1 + random.nextInt(5);
    int kernelWidth = 1 + random.nextInt(5);
    int channels = groups > 2 ? groups : groups * any(random);
    int outputs = groups > 2 ? groups : groups * any(random);
    int height = any(random);
    int width = any(random);
    int paddingHeight = random.nextInt(kernelHeight);
    int paddingWidth = random.nextInt(kernelWidth);
    int batch = any(random);
    long terms =
        (long) batch * outputs * height * width * channels / groups * kernelHeight * kernelWidth;
    if (terms <= MOST_TERMS
        && kernelHeight <= height + 2 * paddingHeight
        && kernelWidth <= width + 2 * paddingWidth) {
      shapes.add(
          new ConvolutionShape(
              batch,
              channels,
              height,
              width,
              outputs,
              kernelHeight,
              kernelWidth,
              1 + random.nextInt(3),
              1 + random.nextInt(3),
              paddingHeight,
              paddingWidth,
              groups));
    }
  }

  private static List<FullyConnectedShape> fullyConnected(Random random) {
    List<FullyConnectedShape> shapes = new ArrayList<>();
    for (int size : SIZES) {
      shapes.add(new FullyConnectedShape(size, any(random), any(random)));
      shapes.add(new FullyConnectedShape(any(random), size, any(random)));
      shapes.add(new FullyConnectedShape(any(random), any(random), size));
    }
    shapes.add(new FullyConnectedShape(16, 784, 10));
    return shapes;
  }

  private static int any(Random random) {
    return SIZES[random.nextInt(SIZES.length)];
  }

  private interface Loss {
    double value();
  }
}
