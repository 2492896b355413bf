package org.sparkqat.distributed.wire;

import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Loops;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.TreeSum;

/**
 * What one or more shards yield in one step; sums are made in the fixed tree over the shards.
 *
 * @param gradient sum of the shards' (clipped) gradients
 * @param observed union of the shards' ranges
 * @param histograms counts of values of each range, when values were counted; empty otherwise
 * @param rangeSums what the gradients of learned ranges are made of; empty: none is learned
 * @param statisticSums sums for the batch-norm statistics, in the statistics layout
 * @param statisticCounts values per channel of each batch normalization
 * @param loss sum of the shards' mean losses
 * @param saturated activations outside their range
 * @param shards how many shards this adds up
 * @param firstNonFinite smallest index of a block with a non-finite output; {@link #ALL_FINITE}:
 *     none; a parameter, by {@code SoundOrder}, is smaller than any block
 */
public record StepResult(
    float[] gradient,
    Ranges observed,
    long[] histograms,
    double[] rangeSums,
    double[] statisticSums,
    long[] statisticCounts,
    double loss,
    long saturated,
    int shards,
    ClipTotals clips,
    int firstNonFinite) {

  public static final int ALL_FINITE = Integer.MAX_VALUE;

  private static final long[] NOT_COUNTED = {};

  /** The result of one shard in the micro-batch's buffers, valid until the next micro-batch. */
  public static StepResult viewOf(MicroBatchResult result, ClipReport clip) {
    return viewOf(result, clip, NOT_COUNTED);
  }

  /** The result of a shard whose values were counted. */
  public static StepResult ofCounts(MicroBatchResult result) {
    return viewOf(result, new ClipReport(0, 1, 0, 0), result.histograms());
  }

  private static StepResult viewOf(MicroBatchResult result, ClipReport clip, long[] histograms) {
    return new StepResult(
        result.gradient(),
        result.observed(),
        histograms,
        result.rangeSums(),
        result.statisticSums(),
        result.statisticCounts(),
        result.loss(),
        result.saturated(),
        1,
        ClipTotals.of(clip),
        Double.isFinite(result.loss()) ? ALL_FINITE : result.firstNonFinite());
  }

  /** The same in arrays of its own. */
  public StepResult copy() {
    return new StepResult(
        gradient.clone(),
        observed.copy(),
        histograms.clone(),
        rangeSums.clone(),
        statisticSums.clone(),
        statisticCounts.clone(),
        loss,
        saturated,
        shards,
        clips,
        firstNonFinite);
  }

  /** The same with another gradient, or with none. */
  public StepResult gradient(float[] other) {
    return new StepResult(
        other,
        observed,
        histograms,
        rangeSums,
        statisticSums,
        statisticCounts,
        loss,
        saturated,
        shards,
        clips,
        firstNonFinite);
  }

  /** The same with another place of numbers that are not finite. */
  public StepResult firstNonFinite(int other) {
    return new StepResult(
        gradient,
        observed,
        histograms,
        rangeSums,
        statisticSums,
        statisticCounts,
        loss,
        saturated,
        shards,
        clips,
        other);
  }

  /**
   * Adds the result of the shards that follow, which is only read; this one's arrays are reused.
   */
  public StepResult merge(StepResult next) {
    return merge(next, Loops.SERIAL);
  }

  /** The same, shared out. */
  StepResult merge(StepResult next, Loops loops) {
    loops.run(0, gradient.length, (from, to) -> add(gradient, next.gradient, from, to));
    add(rangeSums, next.rangeSums);
    add(statisticSums, next.statisticSums);
    for (int i = 0; i < statisticCounts.length; i++) {
      statisticCounts[i] += next.statisticCounts[i];
    }
    observed.union(next.observed);
    for (int i = 0; i < histograms.length; i++) {
      histograms[i] += next.histograms[i];
    }
    return new StepResult(
        gradient,
        observed,
        histograms,
        rangeSums,
        statisticSums,
        statisticCounts,
        loss + next.loss,
        saturated + next.saturated,
        shards + next.shards,
        clips.merge(next.clips),
        Math.min(firstNonFinite, next.firstNonFinite));
  }

  private static void add(double[] low, double[] high) {
    for (int i = 0; i < low.length; i++) {
      low[i] += high[i];
    }
  }

  private static void add(float[] low, float[] high, int from, int to) {
    for (int i = from; i < to; i++) {
      low[i] += high[i];
    }
  }

  /** An empty sum, for a driver. */
  public static TreeSum<StepResult> driverSum(int shards) {
    return new TreeSum<>(shards, (low, high) -> low.merge(high, Loops.PARALLEL));
  }

  /** Bytes that {@link #write} takes, at most. */
  public long size(GradientEncoding encoding) {
    return 168
        + encoding.codec().size(gradient.length)
        + 8L * (observed.slots() + histograms.length)
        + 8L * (rangeSums.length + statisticSums.length + statisticCounts.length);
  }

  /**
   * Writes all of it.
   *
   * @param encoding one that the gradient was rounded to
   */
  public void write(Wire wire, GradientEncoding encoding) {
    encoding.codec().write(wire, gradient);
    wire.putFloats(observed.flat()).putLongs(histograms);
    wire.putDoubles(rangeSums).putDoubles(statisticSums).putLongs(statisticCounts);
    wire.putDouble(loss).putLong(saturated).putInt(shards).putInt(firstNonFinite);
    wire.putLong(clips.gradients()).putLong(clips.acted());
    wire.putDouble(clips.largestNorm()).putDouble(clips.smallestFactor());
    wire.putLong(clips.units()).putLong(clips.values());
  }

  public static StepResult read(Wire wire, GradientEncoding encoding) {
    float[] gradient = encoding.codec().read(wire);
    Ranges observed = Ranges.ofFlat(wire.getFloats());
    long[] histograms = wire.getLongs();
    double[] rangeSums = wire.getDoubles();
    double[] sums = wire.getDoubles();
    long[] counts = wire.getLongs();
    double loss = wire.getDouble();
    long saturated = wire.getLong();
    int shards = wire.getInt();
    int firstNonFinite = wire.getInt();
    ClipTotals clips =
        new ClipTotals(
            wire.getLong(),
            wire.getLong(),
            wire.getDouble(),
            wire.getDouble(),
            wire.getLong(),
            wire.getLong());
    return new StepResult(
        gradient,
        observed,
        histograms,
        rangeSums,
        sums,
        counts,
        loss,
        saturated,
        shards,
        clips,
        firstNonFinite);
  }
}
