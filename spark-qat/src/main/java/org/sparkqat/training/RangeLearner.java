package org.sparkqat.training;

import java.util.ArrayList;
import java.util.List;
import org.sparkqat.engine.RangeTerms;
import org.sparkqat.network.Block;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.WeightPoint;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.training.RangeReport.Held;

/**
 * Stochastic gradient descent with momentum of the learned ranges: {@code m = momentum * m + d},
 * then the step of each range; {@code d} is the gradient, all of them clipped by their common norm.
 *
 * <p>A range whose larger end is less than 1/1024 or more than 1024 times the largest magnitude of
 * its values is held there, and reported. One that has collapsed to nothing starts anew from its
 * values.
 */
public final class RangeLearner {

  /** Momenta in the memory of a stage. */
  public static final String MOMENTA = "momenta";

  /** How far a range may come from the values that it is of. */
  private static final double FARTHEST = 1024;

  private final RangeTraining settings;
  private final List<LearnedSlot> learned;
  private final int slots;

  public RangeLearner(QuantizedGraph graph, RangeTraining settings) {
    this.settings = settings;
    this.slots = graph.slots();
    this.learned = new ArrayList<>();
    for (Block block : graph.graph().blocks()) {
      graph.outputs().get(block.index()).ifPresent(point -> add(block, point));
    }
    graph.weightPoints().forEach(point -> add(graph, point));
  }

  private void add(Block block, QuantizationPoint point) {
    ActivationRange by = point.quantizer().range();
    if (!by.isLearned()) {
      return;
    }
    long count = block.outputShape().size() / point.slots();
    double scale = LearnedSlot.gradientScale(count, point.quantizer().format());
    for (int slot = point.firstSlot(); slot < point.firstSlot() + point.slots(); slot++) {
      learned.add(new LearnedSlot(point.name(), slot, point.quantizer().format(), by, scale, 0, 0));
    }
  }

  private void add(QuantizedGraph graph, WeightPoint point) {
    Parameter weight = graph.graph().network().parameters().parameter(point.name() + ".weight");
    int count = weight.size() / point.slots();
    double scale = LearnedSlot.gradientScale(count, point.quantizer().format());
    for (int i = 0; i < point.slots(); i++) {
      learned.add(
          new LearnedSlot(
              point.name(),
              point.firstSlot() + i,
              point.quantizer().format(),
              ActivationRange.LSQ,
              scale,
              weight.offset() + i * count,
              count));
    }
  }

  /** True when there is a range to learn. */
  public boolean learns() {
    return !learned.isEmpty();
  }

  /** Momenta before the first step: of all scales, then of all offsets, by slot. */
  public float[] initialMomenta() {
    return new float[2 * slots];
  }

  /** The same with ranges for the weights to start from. */
  public Ranges started(Ranges ranges, float[] parameters) {
    Ranges started = ranges.copy();
    for (LearnedSlot at : learned) {
      if (at.weights() > 0) {
        started.set(at.slot(), start(at, parameters));
      }
    }
    return started;
  }

  private static Range start(LearnedSlot at, float[] parameters) {
    double sum = 0;
    for (int i = at.firstWeight(); i < at.firstWeight() + at.weights(); i++) {
      sum += Math.abs(parameters[i]);
    }
    int most = at.format().codes().quantMax();
    double usual = 2 * sum / at.weights() / Math.sqrt(most);
    return at.ofScale(Math.min(usual, largest(at, parameters) / most));
  }

  private static double largest(LearnedSlot at, float[] parameters) {
    Range range = Range.of(parameters, at.firstWeight(), at.firstWeight() + at.weights());
    return magnitude(range);
  }

  private static double magnitude(Range range) {
    return range.isEmpty() ? 0 : Math.max(-(double) range.min(), (double) range.max());
  }

  /** What a step makes of ranges and momenta. */
  public record Step(Ranges ranges, float[] momenta, RangeReport report) {}

  /**
   * One step.
   *
   * @param ranges in force until now, those that are observed moved already
   * @param observed smallest and largest activations of the step
   * @param sums of {@link RangeTerms}, of the whole batch
   * @param share what makes the sums those of the mean loss
   * @param parameters after the step
   * @param step for whoever reads of a gradient that is not finite
   */
  public Step step(
      Ranges ranges,
      float[] momenta,
      Ranges observed,
      double[] sums,
      double share,
      float[] parameters,
      double learningRate,
      long step) {
    double[] gradients = gradients(ranges, sums, share, step);
    double norm = norm(gradients);
    double factor =
        settings.clipNorm() > 0 && norm > settings.clipNorm() ? settings.clipNorm() / norm : 1;
    Ranges next = ranges.copy();
    float[] nextMomenta = momenta.clone();
    List<Held> held = new ArrayList<>();
    double rate = learningRate * settings.learningRate();
    for (int i = 0; i < learned.size(); i++) {
      LearnedSlot at = learned.get(i);
      Range values = at.weights() > 0 ? weights(at, parameters) : observed.range(at.slot());
      Range range = ranges.range(at.slot());
      if (at.format().collapses(range)) {
        next.set(at.slot(), at.weights() > 0 ? start(at, parameters) : range.union(values));
        continue;
      }
      double scale = follow(nextMomenta, at.slot(), factor * gradients[2 * i]);
      double offset = follow(nextMomenta, slots + at.slot(), factor * gradients[2 * i + 1]);
      Range moved = at.moved(range, rate * scale, rate * offset);
      next.set(at.slot(), held(at, moved, magnitude(values), held));
    }
    return new Step(next, nextMomenta, new RangeReport(norm, factor, held));
  }

  private static Range weights(LearnedSlot at, float[] parameters) {
    return Range.of(parameters, at.firstWeight(), at.firstWeight() + at.weights());
  }

  private double follow(float[] momenta, int at, double gradient) {
    momenta[at] = (float) (settings.momentum() * momenta[at] + gradient);
    return momenta[at];
  }

  private double[] gradients(Ranges ranges, double[] sums, double share, long step) {
    double[] gradients = new double[2 * learned.size()];
    for (int i = 0; i < learned.size(); i++) {
      LearnedSlot at = learned.get(i);
      int from = RangeTerms.SUMS * at.slot();
      double below = share * sums[from];
      double inside = share * sums[from + 1];
      double above = share * sums[from + 2];
      Range range = ranges.range(at.slot());
      gradients[2 * i] = at.scaleGradient(range, below, inside, above, settings.decay());
      gradients[2 * i + 1] = at.offsetGradient(below, above);
      if (!Double.isFinite(gradients[2 * i]) || !Double.isFinite(gradients[2 * i + 1])) {
        throw TrainingDivergedException.ofLearnedRange(step, at.layer());
      }
    }
    return gradients;
  }

  private static double norm(double[] gradients) {
    double squares = 0;
    for (double gradient : gradients) {
      squares += gradient * gradient;
    }
    return Math.sqrt(squares);
  }

  private static Range held(LearnedSlot at, Range moved, double largest, List<Held> held) {
    double wanted = magnitude(moved);
    double kept = Math.max(largest / FARTHEST, Math.min(largest * FARTHEST, wanted));
    if (largest == 0 || kept == wanted) {
      return moved;
    }
    String of = at.weights() > 0 ? "weights" : "activations";
    held.add(new Held(at.layer(), of, wanted, kept, largest));
    double factor = kept / wanted;
    return new Range((float) (moved.min() * factor), (float) (moved.max() * factor));
  }
}
