package org.sparkqat.engine;

import java.util.Arrays;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Histogram;
import org.sparkqat.quantization.Ranges;

/** What the training of one micro-batch yields; reused from one micro-batch to the next. */
public final class MicroBatchResult {

  private static final int ALL_FINITE = -1;

  final float[] gradient;
  final Ranges observed;
  final double[] rangeSums;
  final double[] statisticSums;
  final long[] statisticCounts;
  private final int activationSlots;
  private long[] histograms = {};
  double loss;
  long saturated;
  long quantizationNanos;
  int firstNonFinite = ALL_FINITE;

  public MicroBatchResult(QuantizedGraph graph) {
    Network network = graph.graph().network();
    this.gradient = new float[network.parameters().size()];
    this.observed = Ranges.empty(graph.slots());
    this.rangeSums = new double[graph.learnsRanges() ? RangeTerms.SUMS * graph.slots() : 0];
    this.activationSlots = graph.activationSlots();
    this.statisticSums = new double[network.statistics().size()];
    this.statisticCounts = new long[NormalizationParameters.batchNormalizations(network).size()];
  }

  /** Forgets the micro-batch before. */
  public void clear() {
    Arrays.fill(gradient, 0f);
    Arrays.fill(rangeSums, 0);
    Arrays.fill(statisticSums, 0);
    Arrays.fill(statisticCounts, 0);
    observed.clear();
    loss = 0;
    saturated = 0;
    quantizationNanos = 0;
    firstNonFinite = ALL_FINITE;
  }

  /** Gradient of the mean loss, in the network's parameter layout. */
  public float[] gradient() {
    return gradient;
  }

  /** Smallest and largest value at each quantization point. */
  public Ranges observed() {
    return observed;
  }

  /**
   * The sums that gradients of learned ranges are made of, {@link RangeTerms#SUMS} numbers a slot;
   * empty where no range is learned.
   */
  public double[] rangeSums() {
    return rangeSums;
  }

  /**
   * How often values lay in each part of the ranges in force, {@link Histogram#BINS} numbers a slot
   * of the activations; empty until values are counted. They add up until {@link #clearHistograms}.
   */
  public long[] histograms() {
    return histograms;
  }

  /** Forgets all values that were counted. */
  public void clearHistograms() {
    Arrays.fill(histograms, 0);
  }

  /** The numbers of all slots, to count in. */
  long[] counting() {
    if (histograms.length == 0) {
      histograms = new long[Math.multiplyExact(activationSlots, Histogram.BINS)];
    }
    return histograms;
  }

  /** Sum of values at each running mean, sum of squares at each running variance. */
  public double[] statisticSums() {
    return statisticSums;
  }

  /** How many values a channel had at each batch normalization, in the network's order. */
  public long[] statisticCounts() {
    return statisticCounts;
  }

  /** Mean loss of the micro-batch. */
  public double loss() {
    return loss;
  }

  /** Activations outside their range. */
  public long saturated() {
    return saturated;
  }

  /**
   * Index of the first block whose output holds NaN or infinity, 0 also when the network's input
   * does; -1: none was found.
   */
  public int firstNonFinite() {
    return firstNonFinite;
  }

  /** Takes the mean loss. */
  public void setLoss(double newLoss) {
    loss = newLoss;
  }

  /** Counts activations outside their range. */
  public void addSaturated(long more) {
    saturated += more;
  }

  /** Reports a block whose values are not all finite; the first one reported stays. */
  public void noteNonFinite(int block) {
    if (firstNonFinite == ALL_FINITE) {
      firstNonFinite = Math.max(block, 0);
    }
  }

  /** Counts time of observing and quantizing activations. */
  public void addQuantizationNanos(long more) {
    quantizationNanos += more;
  }
}
