package org.sparkqat.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Node;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.WeightPoint;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.CodeRange;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;

/**
 * The straight-through estimator by its definition: around the point {@code x0} at which it is
 * first called, a quantizer is the straight line {@code fq(x0) + m * (x - x0)} with slope {@code m}
 * 1 where the unclamped code lies within the codes and 0 elsewhere. Codes are often equal, so
 * rectifiers and maxima keep to the branch that they took at that point, too. Where the range is
 * learned, a value inside the codes has the slope {@code q - x0 / s} over the scale as well, and
 * the others follow the ends of the codes. The central differences of a network of such lines are
 * the gradients that training shall have.
 */
final class StraightThrough implements NetworkOracle.Quantizers {

  /**
   * {@code base + slope * (x - origin) + (tilt + bend * (x - origin)) * shift} for each element.
   *
   * @param number of the shift; -1: none
   */
  private record Line(
      double[] origin, double[] base, double[] slope, double[] tilt, double[] bend, int[] number) {

    /** Through the given point, with nothing else set. */
    static Line through(double[] origin) {
      int size = origin.length;
      int[] none = new int[size];
      Arrays.fill(none, -1);
      return new Line(
          origin.clone(),
          new double[size],
          new double[size],
          new double[size],
          new double[size],
          none);
    }

    double[] at(double[] x, Map<Integer, Double> shifts) {
      double[] y = new double[x.length];
      Arrays.setAll(
          y,
          i ->
              base[i]
                  + slope[i] * (x[i] - origin[i])
                  + (tilt[i] + bend[i] * (x[i] - origin[i])) * shifts.getOrDefault(number[i], 0.0));
      return y;
    }

    /**
     * Lets an element follow the range of a slot.
     *
     * @param outside -1 below the codes, 1 above, else 0
     * @param code less its zero point
     * @param scale of the element, whose sign is that of the codes
     */
    void learn(int i, int slot, int outside, double code, double scale) {
      double sign = Math.signum(scale);
      number[i] = 3 * slot + 1 + outside;
      tilt[i] = sign * (outside == 0 ? code - origin[i] / scale : 1);
      bend[i] = outside == 0 ? -sign / scale : 0;
    }
  }

  private final QuantizedCase of;
  private final boolean usesBatch;
  private final Map<String, FoldedWeights> weights = new HashMap<>();
  private final Map<String, Line> lines = new HashMap<>();
  private final List<Integer> branches = new ArrayList<>();
  private final Map<Integer, Double> shifts = new HashMap<>();
  private double tieDistance = Double.POSITIVE_INFINITY;
  private long saturated;

  StraightThrough(QuantizedCase of) {
    this.of = of;
    this.usesBatch = of.numbers.normalization == Normalization.BATCH;
  }

  @Override
  public List<Integer> shifts() {
    return IntStream.range(0, 3 * of.graph.slots()).filter(this::isLearned).boxed().toList();
  }

  private boolean isLearned(int number) {
    int slot = number / 3;
    return slot >= of.graph.activationSlots()
        || of.graph.points().stream()
            .filter(point -> point.quantizer().range().isLearned())
            .anyMatch(
                point -> slot >= point.firstSlot() && slot < point.firstSlot() + point.slots());
  }

  @Override
  public void shift(int number, double by) {
    shifts.put(number, by);
  }

  @Override
  public double tieDistance() {
    return tieDistance;
  }

  @Override
  public int branch(int n, int taken) {
    if (n == branches.size()) {
      branches.add(taken);
    }
    return branches.get(n);
  }

  /** Activations outside their codes. */
  long saturated() {
    return saturated;
  }

  @Override
  public double[] weights(Node layer, double[] weights, NetworkOracle.Numbers numbers) {
    FoldedWeights folded = folded(layer);
    double[] factors = factors(layer, folded, numbers);
    int perOutput = weights.length / factors.length;
    double[] real = new double[weights.length];
    if (!folded.areCodes() && of.graph.weights().get(block(layer).index()).isEmpty()) {
      Arrays.setAll(real, i -> weights[i] * (usesBatch ? 1 : factors[i / perOutput]));
      return real;
    }
    double[] bases = bases(layer, folded, weights);
    Arrays.setAll(real, i -> bases[i] * factors[i / perOutput]);
    Line line =
        lines.computeIfAbsent(layer.name() + ".weight", key -> weightLine(layer, folded, real));
    double[] quantized = line.at(real, shifts);
    if (usesBatch) {
      Arrays.setAll(quantized, i -> quantized[i] / factors[i / perOutput]);
    }
    return quantized;
  }

  /**
   * What the factors multiply: the weights, the line of {@code tanh(w) / max |tanh(w)|}, or that of
   * weights with a learned scale.
   */
  private double[] bases(Node layer, FoldedWeights folded, double[] weights) {
    WeightQuantizer by = of.graph.weights().get(block(layer).index()).orElseThrow();
    if (by.range().isLearned()) {
      return lines
          .computeIfAbsent(layer.name() + ".learned", key -> learnedLine(layer, folded, weights))
          .at(weights, shifts);
    }
    if (by.scheme() != WeightScheme.TANH) {
      return weights;
    }
    return lines
        .computeIfAbsent(
            layer.name() + ".tanh",
            key -> {
              Line line = Line.through(weights);
              double largest =
                  Arrays.stream(weights).map(Math::abs).map(Math::tanh).max().orElse(0);
              for (int i = 0; i < weights.length && largest > 0; i++) {
                double tanh = Math.tanh(weights[i]);
                line.base[i] = tanh / largest;
                line.slope[i] = (1 - tanh * tanh) / largest;
              }
              return line;
            })
        .at(weights, shifts);
  }

  private Line learnedLine(Node layer, FoldedWeights folded, double[] weights) {
    WeightPoint point = of.graph.learnedWeights().get(block(layer).index()).orElseThrow();
    CodeRange codes = point.quantizer().codes();
    float[] values = folded.values();
    int perOutput = weights.length / folded.scales().length;
    Line line = Line.through(weights);
    for (int i = 0; i < weights.length; i++) {
      int o = i / perOutput;
      double scale = folded.scales()[o] / (double) folded.factor(o);
      double ratio = weights[i] / scale;
      int outside = Math.rint(ratio) < codes.quantMin() ? -1 : 0;
      outside = Math.rint(ratio) > codes.quantMax() ? 1 : outside;
      line.base[i] = values[i] * scale;
      line.slope[i] = outside == 0 ? 1 : 0;
      int slot = point.firstSlot() + (point.slots() == 1 ? 0 : o);
      line.learn(i, slot, outside, values[i], scale);
    }
    return line;
  }

  private Line weightLine(Node layer, FoldedWeights folded, double[] real) {
    Block block = block(layer);
    WeightQuantizer by = of.graph.weights().get(block.index()).orElseThrow();
    CodeRange codes = by.codes();
    boolean passesAll = by.scheme() != WeightScheme.UNIFORM || by.range().isLearned();
    float[] values = folded.values();
    int perOutput = values.length / folded.scales().length;
    Line line = Line.through(real);
    for (int i = 0; i < real.length; i++) {
      float scale = folded.scales()[i / perOutput];
      int zeroPoint = folded.zeroPoints()[i / perOutput];
      double unclamped = Math.rint((float) real[i] / scale) + zeroPoint;
      boolean inside = unclamped >= codes.quantMin() && unclamped <= codes.quantMax();
      line.slope[i] = inside || passesAll || !folded.areCodes() ? 1 : 0;
      line.base[i] = (double) scale * values[i];
    }
    return line;
  }

  /** What batch normalization multiplies the weights by; a constant where it is undone again. */
  private double[] factors(Node layer, FoldedWeights folded, NetworkOracle.Numbers numbers) {
    double[] factors = new double[layer.shape().channels()];
    Arrays.fill(factors, 1);
    folded.normalization.ifPresent(
        norm -> {
          String name = block(layer).normalization().orElseThrow().name();
          double[] gamma = numbers.parameter(name, "gamma");
          double[] variance = numbers.statistic(name, "variance");
          for (int o = 0; o < factors.length; o++) {
            factors[o] =
                usesBatch
                    ? norm.factor[o]
                    : gamma[o] / Math.sqrt(variance[o] + (double) norm.epsilon);
          }
        });
    return factors;
  }

  @Override
  public double[] bias(Node layer, double[] bias, NetworkOracle.Numbers numbers) {
    Optional<Node> norm = block(layer).normalization();
    if (norm.isPresent() && usesBatch) {
      return bias;
    }
    FoldedWeights folded = folded(layer);
    double[] real = bias.clone();
    if (norm.isPresent()) {
      double[] factors = factors(layer, folded, numbers);
      double[] beta = numbers.parameter(norm.get().name(), "beta");
      double[] mean = numbers.statistic(norm.get().name(), "mean");
      Arrays.setAll(real, o -> beta[o] + (bias[o] - mean[o]) * factors[o]);
    }
    int source = block(layer).inputs().get(0);
    return holdsCodes(source) && folded.areIntegers()
        ? lines
            .computeIfAbsent(layer.name() + ".bias", key -> biasLine(folded, real, scale(source)))
            .at(real, shifts)
        : real;
  }

  private static Line biasLine(FoldedWeights folded, double[] real, float srcScale) {
    Line line = Line.through(real);
    Arrays.fill(line.slope, 1);
    int[] codes = folded.biasCodes(srcScale);
    float[] units = folded.units(srcScale);
    Arrays.setAll(line.base, o -> (double) codes[o] * units[o]);
    return line;
  }

  /** Dropout multiplies codes, so that what it puts out while training is real. */
  private boolean holdsCodes(int source) {
    if (of.graph.staysReal(source)) {
      return false;
    }
    int at = source;
    while (at != BlockGraph.INPUT && of.graph.graph().blocks().get(at).passesCodes()) {
      Block block = of.graph.graph().blocks().get(at);
      if (block.anchor().layer() instanceof Layer.Dropout) {
        return false;
      }
      at = block.inputs().get(0);
    }
    return of.graph.pointOf(source).quantizer().hasOneScale();
  }

  private float scale(int source) {
    QuantizationPoint point = of.graph.pointOf(source);
    return point.quantizer().affine(of.ranges.range(point.firstSlot())).scale();
  }

  @Override
  public boolean folds(Node normalization) {
    return !usesBatch
        && of.graph.graph().blocks().stream()
            .anyMatch(
                block ->
                    block.normalization().isPresent()
                        && block.normalization().get().name().equals(normalization.name()));
  }

  @Override
  public double[][] output(String layer, double[][] values) {
    Optional<QuantizationPoint> point = point(layer);
    return point.isEmpty()
        ? values
        : IntStream.range(0, values.length)
            .mapToObj(
                n ->
                    lines
                        .computeIfAbsent(layer + " " + n, key -> line(point.get(), values, n))
                        .at(values[n], shifts))
            .toArray(double[][]::new);
  }

  private Line line(QuantizationPoint point, double[][] values, int n) {
    double[] real = values[n];
    Line line = Line.through(real);
    for (int i = 0; i < real.length; i++) {
      int slot = point.firstSlot() + i / (real.length / point.slots());
      Affine affine = point.quantizer().affine(range(point, slot, values, n));
      double code = real[i] / affine.scale() + affine.zeroPoint();
      tieDistance = Math.min(tieDistance, Math.abs(code - Math.floor(code) - 0.5));
      double clamped =
          Math.max(affine.codes().quantMin(), Math.min(affine.codes().quantMax(), Math.rint(code)));
      line.slope[i] = clamped == Math.rint(code) ? 1 : 0;
      saturated += clamped == Math.rint(code) ? 0 : 1;
      line.base[i] = affine.scale() * (clamped - affine.zeroPoint());
      if (point.quantizer().range().isLearned()) {
        int outside = (int) Math.signum(Math.rint(code) - clamped);
        line.learn(i, slot, outside, clamped - affine.zeroPoint(), affine.scale());
      }
    }
    return line;
  }

  private Range range(QuantizationPoint point, int slot, double[][] values, int n) {
    return switch (point.quantizer().range()) {
      case DYNAMIC ->
          Arrays.stream(values).map(StraightThrough::range).reduce(Range.EMPTY, Range::union);
      case DYNAMIC_PER_ROW -> range(values[n]);
      default -> of.ranges.range(slot);
    };
  }

  private static Range range(double[] values) {
    return new Range(
        (float) Arrays.stream(values).min().orElseThrow(),
        (float) Arrays.stream(values).max().orElseThrow());
  }

  private Optional<QuantizationPoint> point(String layer) {
    if (layer.equals(Network.INPUT)) {
      return of.graph.input();
    }
    return of.graph.graph().blocks().stream()
        .filter(block -> block.last().equals(layer))
        .findFirst()
        .flatMap(block -> of.graph.outputs().get(block.index()));
  }

  private Block block(Node layer) {
    return of.graph.graph().blocks().stream()
        .filter(block -> block.name().equals(layer.name()))
        .findFirst()
        .orElseThrow();
  }

  private FoldedWeights folded(Node layer) {
    return weights.computeIfAbsent(layer.name(), name -> load(block(layer)));
  }

  private FoldedWeights load(Block block) {
    FoldedWeights folded =
        new FoldedWeights(block, of.graph, Arithmetic.QUANTIZED, of.numbers.normalization);
    folded.load(of.numbers.parameters, of.numbers.statistics, of.ranges);
    return folded;
  }
}
