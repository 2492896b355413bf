package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Gradients of parameters, and of what quantizers let be shifted, by central differences in double,
 * with the error that binary32 arithmetic may add.
 *
 * <p>The difference is of fourth order, {@code (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h} with
 * {@code h = 2^-19}: its truncation is below the rounding of the loss, {@code 2^-52 |f| / h}.
 *
 * <p>Binary32 arithmetic rounds what each layer puts out, and as a consequence each gradient, by
 * some units of roundoff 2^-24. So every number that goes in and every value of every layer is
 * moved at random by up to 2^-20 of its size: one sixteenth of the change that the gradients of a
 * tensor show is what one rounding of each value does. {@link #ROUNDINGS} such changes are allowed,
 * and as many units of roundoff of the largest gradient of all, for sums whose terms cancel.
 */
final class GradientOracle {

  /** Sums of up to 200 terms round as often as they have terms; most roundings cancel. */
  private static final double ROUNDINGS = 32;

  /**
   * A range's sum is that of the gradients of all values of a micro-batch, each rounded before. A
   * batch normalization behind lets all of them cancel.
   */
  private static final double ROUNDINGS_OF_RANGES = 2 * ROUNDINGS;

  private static final double U = 0x1p-24;
  private static final double MOVE = 0x1p-20;
  private static final double STEP = 0x1p-19;
  private static final double SMOOTH = 2e-5;
  private static final double SPREAD = 0.1;
  private static final double CLEAR_CODE = 5e-4;

  private final GradientCase of;
  private final NetworkOracle.Quantizers quantizers;
  private final Map<String, double[][]> dropout;

  GradientOracle(GradientCase of, NetworkOracle.Quantizers quantizers) {
    this.of = of;
    this.quantizers = quantizers;
    this.dropout = of.dropout();
  }

  /** A gradient and how far from it binary32 may be. */
  private record Expected(double gradient, double tolerance) {}

  /**
   * False when a decision or a code lies so near its tie that binary32 may take the other one, or
   * when a batch normalization magnifies rounding: a channel's variance is small beside its mean.
   */
  boolean isWellConditioned() {
    NetworkOracle.Run run = point().run();
    return run.kinkDistance() > SMOOTH
        && run.spread() > SPREAD
        && quantizers.tieDistance() > CLEAR_CODE;
  }

  /** Compares the loss and a sample of the gradients of training steps with the oracle's. */
  void check(List<GradientCase.Trained> steps, Random random) {
    List<Integer> sample = of.sample(8, random);
    quantizers.shifts().forEach(number -> sample.add(of.parameters.length + number));
    Map<Integer, Expected> expected = gradients(sample, random);
    assertThat(expected).as("smooth parameters").hasSizeGreaterThan(sample.size() * 3 / 4);
    for (GradientCase.Trained step : steps) {
      assertThat(step.result().loss()).as("loss").isCloseTo(point().loss(), withinPercentage(1e-3));
      List<String> wrong = new ArrayList<>();
      expected.forEach(
          (index, each) -> {
            double gradient = gradient(step.result(), index);
            if (!(Math.abs(gradient - each.gradient()) <= each.tolerance())) {
              wrong.add(
                  "%s at %d: %s, expected %s".formatted(tensor(index), index, gradient, each));
            }
          });
      assertThat(wrong).as("%s, %s", step.engine(), of).isEmpty();
    }
  }

  /** The gradients of some parameters; those that have a kink within the step are left out. */
  private Map<Integer, Expected> gradients(List<Integer> parameters, Random random) {
    Point point = point();
    List<Point> moved = List.of(point.moved(random), point.moved(random));
    Map<Integer, Double> gradients = new TreeMap<>();
    Map<Integer, Double> changes = new TreeMap<>();
    double largest = 0;
    for (int index : parameters) {
      double gradient = point.gradient(index);
      double change = 0;
      for (Point other : moved) {
        change = Math.max(change, Math.abs(other.gradient(index) - gradient));
      }
      if (!Double.isNaN(gradient) && !Double.isNaN(change)) {
        gradients.put(index, gradient);
        changes.put(index, change);
        largest = Math.max(largest, Math.abs(gradient));
      }
    }
    return expected(gradients, changes, largest, point.loss());
  }

  private Map<Integer, Expected> expected(
      Map<Integer, Double> gradients, Map<Integer, Double> changes, double largest, double loss) {
    Map<Integer, Expected> expected = new TreeMap<>();
    gradients.forEach(
        (index, gradient) -> {
          double change =
              changes.entrySet().stream()
                  .filter(entry -> tensor(entry.getKey()).equals(tensor(index)))
                  .mapToDouble(Map.Entry::getValue)
                  .max()
                  .orElseThrow();
          double tolerance =
              roundings(index) * (change * U / MOVE + U * largest)
                  + 0x1p-48 * Math.abs(loss) / STEP;
          expected.put(index, new Expected(gradient, tolerance));
        });
    return expected;
  }

  private double roundings(int index) {
    return index < of.parameters.length ? ROUNDINGS : ROUNDINGS_OF_RANGES;
  }

  private double gradient(MicroBatchResult result, int index) {
    int parameters = of.parameters.length;
    return index < parameters ? result.gradient()[index] : result.rangeSums()[index - parameters];
  }

  private String tensor(int index) {
    if (index >= of.parameters.length) {
      return "sum of a range " + (index - of.parameters.length);
    }
    return of.network.parameters().parameters().stream()
        .filter(tensor -> index >= tensor.offset() && index < tensor.end())
        .findFirst()
        .orElseThrow()
        .name();
  }

  private Point point() {
    return new Point(
        oracle(NetworkOracle.Noise.NONE),
        doubles(of.parameters),
        doubles(of.statistics),
        of.input());
  }

  private NetworkOracle oracle(NetworkOracle.Noise noise) {
    return new NetworkOracle(of.network, of.batch, of.normalization, dropout, quantizers, noise);
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  /** Where the loss is computed. */
  private final class Point {

    private final NetworkOracle oracle;
    private final double[] parameters;
    private final double[] statistics;
    private final double[] input;
    private final long branches;

    Point(NetworkOracle oracle, double[] parameters, double[] statistics, double[] input) {
      this.oracle = oracle;
      this.parameters = parameters;
      this.statistics = statistics;
      this.input = input;
      this.branches = run().branches();
    }

    NetworkOracle.Run run() {
      return oracle.run(parameters, statistics, input);
    }

    double loss() {
      return LossOracle.of(run().outputs(), of.targets, of.smoothing);
    }

    Point moved(Random random) {
      return new Point(
          oracle(new NetworkOracle.Noise(MOVE, random.nextLong())),
          moved(parameters, random),
          moved(statistics, random),
          moved(input, random));
    }

    private static double[] moved(double[] values, Random random) {
      double[] moved = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        moved[i] = values[i] * (1 + MOVE * (2 * random.nextDouble() - 1));
      }
      return moved;
    }

    /** NaN when a kink lies within the step. */
    double gradient(int index) {
      double near = loss(index, STEP) - loss(index, -STEP);
      double far = loss(index, 2 * STEP) - loss(index, -2 * STEP);
      return (8 * near - far) / (12 * STEP);
    }

    private double loss(int index, double step) {
      NetworkOracle.Run run =
          index < parameters.length ? moved(index, step) : shifted(index - parameters.length, step);
      return run.branches() == branches
          ? LossOracle.of(run.outputs(), of.targets, of.smoothing)
          : Double.NaN;
    }

    private NetworkOracle.Run moved(int index, double step) {
      double before = parameters[index];
      parameters[index] = before + step;
      NetworkOracle.Run run = run();
      parameters[index] = before;
      return run;
    }

    private NetworkOracle.Run shifted(int number, double step) {
      quantizers.shift(number, step);
      NetworkOracle.Run run = run();
      quantizers.shift(number, 0);
      return run;
    }
  }
}
