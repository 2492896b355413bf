package org.sparkqat.engine;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.sparkqat.network.Activation;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Histogram;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;

/**
 * The end of every computing block: activation, observation of the range, quantization; and
 * backward through them, where the activation passes the gradient and the unclamped code lies
 * within the codes (straight-through estimator).
 *
 * <p>The loops over elements hold neither branches nor types of other sizes than float, so that
 * they become vector instructions: on the signs of activations every second branch is mispredicted.
 */
final class OutputStage {

  private static final float SIX = 6f;

  /** Twice as a factor, it lifts every float above 0 to 1 or more. */
  private static final float LIFT = 0x1p127f;

  private final Activation activation;
  private final Optional<QuantizationPoint> point;
  private final Arithmetic arithmetic;
  private final int batch;
  private final int channels;
  private final int spatial;
  private Affine[] affines = {};
  private Ranges counted = Ranges.empty(0);

  // Only for training with quantization: 1 passes the gradient, 0 is stopped by the activation, -1
  // by the quantizer.
  private float[] mask = {};

  // What the gradient of a learned range needs of each value.
  private float[] terms = {};

  OutputStage(
      Activation activation,
      Optional<QuantizationPoint> point,
      PlanSettings settings,
      int channels,
      int spatial) {
    this.activation = activation;
    this.point = point;
    this.arithmetic = settings.arithmetic();
    this.batch = settings.microBatch();
    this.channels = channels;
    this.spatial = spatial;
  }

  /** Takes the ranges in force during the next step. */
  void load(Ranges ranges) {
    counted = ranges;
    if (!quantizes()) {
      return;
    }
    QuantizationPoint at = point.orElseThrow();
    affines = new Affine[at.slots()];
    for (int slot = 0; slot < affines.length; slot++) {
      affines[slot] = at.quantizer().affine(ranges.range(at.firstSlot() + slot));
    }
  }

  private boolean learns() {
    return quantizes() && point.orElseThrow().quantizer().range().isLearned();
  }

  private boolean quantizes() {
    return arithmetic.quantizes() && point.isPresent();
  }

  /**
   * Turns the accumulators {@code dst.data[from ... to)} of one channel into what the block gives.
   *
   * <p>Where the output has one scale, into its codes, as integer kernels do: {@code
   * clamp(roundHalfEven((acc + bias) * M))}, {@code M = unit / s_out}, the activation being a limit
   * of the codes. Elsewhere into real values before the activation.
   *
   * @param unit real width of one unit of the accumulator
   */
  void serve(float[] data, int from, int to, int bias, float unit) {
    float multiplier = requantizes() ? unit / affines[0].scale() : unit;
    // Exact up to 2^24; beyond, sum and bias are rounded first, as the library does.
    float realBias = bias;
    for (int i = from; i < to; i++) {
      data[i] = (data[i] + realBias) * multiplier;
    }
  }

  /** After {@link #serve} of all channels. */
  void finish(Activations dst, MicroBatchContext context) {
    if (!requantizes()) {
      forward(dst, context.pass(), context.result());
      return;
    }
    Affine affine = affines[0];
    float low = activation == Activation.NONE ? affine.lowest() : 0f;
    float high = activation == Activation.RELU6 ? affine.centered(SIX) : affine.highest();
    float[] data = dst.data;
    for (int i = 0; i < data.length; i++) {
      data[i] = Affine.round(Math.max(low, Math.min(high, data[i])));
    }
    dst.setCodes(affine.scale());
  }

  /** The scale of the codes that are put out; empty: there are none, or several scales. */
  OptionalDouble codeScale() {
    return requantizes() ? OptionalDouble.of(affines[0].scale()) : OptionalDouble.empty();
  }

  private boolean requantizes() {
    return quantizes() && point.orElseThrow().quantizer().hasOneScale();
  }

  /**
   * Turns {@code dst.data}, which holds real values before the activation, into the block's output.
   *
   * @param result receives range and saturation; null: neither is wanted
   */
  void forward(Activations dst, Pass pass, @Nullable MicroBatchResult result) {
    activate(dst.data, pass);
    long start = System.nanoTime();
    if (result != null && point.isPresent() && arithmetic != Arithmetic.FLOAT) {
      if (arithmetic == Arithmetic.HISTOGRAM) {
        count(dst.data, point.get(), result.counting());
      } else {
        observe(dst.data, point.get(), result.observed);
      }
    }
    if (quantizes()) {
      long saturated = quantize(dst, pass);
      if (result != null) {
        result.saturated += saturated;
      }
    } else {
      dst.setReal();
    }
    if (result != null && arithmetic != Arithmetic.FLOAT) {
      result.quantizationNanos += System.nanoTime() - start;
    }
  }

  /** Bytes of the straight-through mask, and of what a learned range needs. */
  long keptForBackwardBytes() {
    return ((long) mask.length + terms.length) * Float.BYTES;
  }

  private void activate(float[] data, Pass pass) {
    boolean masks = quantizes() && pass == Pass.TRAINING;
    if (masks && mask.length == 0) {
      mask = new float[data.length];
      terms = new float[learns() ? data.length : 0];
    }
    if (activation == Activation.NONE) {
      return;
    }
    float high = high();
    for (int i = 0; i < data.length; i++) {
      data[i] = Math.min(Math.max(data[i], 0f), high);
    }
    if (masks) {
      Arrays.fill(mask, 1f);
      stop(data, mask);
    }
  }

  private float high() {
    return activation == Activation.RELU6 ? SIX : Float.POSITIVE_INFINITY;
  }

  /** Zeroes the factors of values that the activation put to one of its limits. */
  private void stop(float[] data, float[] factors) {
    for (int i = 0; i < data.length; i++) {
      factors[i] *= Math.min(1f, data[i] * LIFT * LIFT);
    }
    if (activation == Activation.RELU6) {
      for (int i = 0; i < data.length; i++) {
        factors[i] *= Math.min(1f, (SIX - data[i]) * LIFT * LIFT);
      }
    }
  }

  private void count(float[] data, QuantizationPoint at, long[] counts) {
    int length = at.slots() == 1 ? data.length : spatial;
    for (int run = 0; run * length < data.length; run++) {
      int slot = at.firstSlot() + run % at.slots();
      int from = run * length;
      Histogram.count(
          counted.range(slot), data, from, from + length, counts, slot * Histogram.BINS);
    }
  }

  private void observe(float[] data, QuantizationPoint at, Ranges observed) {
    if (at.slots() == 1) {
      observed.observe(at.firstSlot(), Range.of(data, 0, data.length));
      return;
    }
    for (int run = 0; run < batch * channels; run++) {
      Range range = Range.of(data, run * spatial, (run + 1) * spatial);
      observed.observe(at.firstSlot() + run % channels, range);
    }
  }

  private long quantize(Activations dst, Pass pass) {
    ActivationQuantizer by = point.orElseThrow().quantizer();
    if (by.hasOneScale()) {
      dst.setCodes(affines[0].scale());
      return quantize(dst.data, affines[0], 0, dst.data.length, pass);
    }
    dst.setReal();
    if (by.range().isDynamic()) {
      return quantizeAtHand(dst.data, by, pass);
    }
    long saturated = 0;
    for (int run = 0; run < batch * channels; run++) {
      Affine affine = affines[run % channels];
      saturated += fakeQuantize(dst.data, affine, run * spatial, (run + 1) * spatial, pass);
    }
    return saturated;
  }

  /** With the range of the values at hand. Those whose range is not finite stay as they are. */
  private long quantizeAtHand(float[] data, ActivationQuantizer by, Pass pass) {
    int rows = by.range() == ActivationRange.DYNAMIC ? 1 : batch;
    int length = data.length / rows;
    long saturated = 0;
    for (int from = 0; from < data.length; from += length) {
      Range range = Range.of(data, from, from + length);
      if (range.isFinite()) {
        saturated += fakeQuantize(data, by.affine(range), from, from + length, pass);
      } else if (pass == Pass.TRAINING) {
        Arrays.fill(mask, from, from + length, 1f);
      }
    }
    return saturated;
  }

  private long fakeQuantize(float[] data, Affine affine, int from, int to, Pass pass) {
    long saturated = quantize(data, affine, from, to, pass);
    for (int i = from; i < to; i++) {
      data[i] *= affine.scale();
    }
    return saturated;
  }

  private long quantize(float[] data, Affine affine, int from, int to, Pass pass) {
    if (pass == Pass.INFERENCE) {
      affine.centered(data, data, from, to);
      return 0;
    }
    if (learns()) {
      RangeTerms.of(data, from, affine, terms, from, to - from);
    }
    if (activation == Activation.NONE) {
      affine.centeredWithMask(data, mask, from, to);
    } else {
      affine.centeredAndMask(data, mask, from, to);
    }
    return negatives(mask, from, to);
  }

  private static int negatives(float[] values, int from, int to) {
    int negatives = 0;
    for (int i = from; i < to; i++) {
      negatives += Float.floatToRawIntBits(values[i]) >>> 31;
    }
    return negatives;
  }

  /** Turns the gradient of the output into that of the values before the activation, in place. */
  void backward(Activations dst, MicroBatchResult result) {
    float[] diff = dst.diff;
    if (learns()) {
      addRangeSums(diff, point.orElseThrow(), result.rangeSums);
    }
    if (quantizes()) {
      for (int i = 0; i < diff.length; i++) {
        diff[i] *= Math.max(0f, mask[i]);
      }
    } else if (activation != Activation.NONE) {
      stop(dst.data, diff);
    }
  }

  private void addRangeSums(float[] diff, QuantizationPoint at, double[] sums) {
    int length = at.slots() == 1 ? diff.length : spatial;
    for (int run = 0; run * length < diff.length; run++) {
      int slot = at.firstSlot() + run % at.slots();
      int from = run * length;
      RangeTerms.add(diff, from, terms, from, length, 1, sums, slot);
    }
  }
}
