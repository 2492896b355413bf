package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_sum;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.network.Activation;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;

/**
 * The end of every computing block: activation, observation of the range, quantization; and
 * backward through them, where the activation passes the gradient and the unclamped code lies
 * within the codes (straight-through estimator).
 *
 * <p>A quantized block never writes its activation: code and mask come from the values before it.
 */
final class Stage {

  private final Workshop workshop;
  private final int block;
  private final Feature dst;
  private final Activation activation;
  private final Optional<QuantizationPoint> observed;
  private final Tensor values;
  private final Tensor flatValues;

  private final @Nullable Reduction largest;
  private final @Nullable Reduction smallest;
  private final @Nullable Rectifier rectifier;
  private final @Nullable Quantization quantization;
  private @Nullable Reduction sum;
  private @Nullable Tensor diffValues;
  private boolean sumsValues = true;

  /**
   * The stage of a block that puts out dst.
   *
   * @param block index of the block, under which values that are not finite are reported
   * @param observed the point whose range is wanted, empty if none is
   * @param quantization of the values, empty if they stay real
   */
  Stage(
      Workshop workshop,
      int block,
      Feature dst,
      Activation activation,
      Optional<QuantizationPoint> observed,
      Optional<Quantization> quantization,
      Scratch scratch) {
    this.workshop = workshop;
    this.block = block;
    this.dst = dst;
    this.activation = activation;
    this.observed = observed;
    this.quantization = quantization.orElse(null);
    Place place = quantization.isPresent() ? scratch.values : dst.data();
    this.values = workshop.tensor(dst.extent(), dnnl_f32, place);
    this.flatValues = workshop.flat(dst.extent(), dnnl_f32, place);
    boolean observes = observed.isPresent();
    this.largest = observes ? reduction(dnnl_reduction_max, place) : null;
    this.smallest = observes ? reduction(dnnl_reduction_min, place) : null;
    this.sum = observes ? reduction(dnnl_reduction_sum, place) : null;
    this.rectifier =
        quantization.isPresent() || activation == Activation.NONE
            ? null
            : new Rectifier(workshop, activation, values);
  }

  /** What the block puts out. */
  Feature output() {
    return dst;
  }

  /** Takes the ranges that are in force until the next call. */
  void load(Ranges ranges) {
    if (quantization != null) {
      quantization.load(ranges);
    }
  }

  /** Where the block puts its values before the activation. */
  Tensor values() {
    return values;
  }

  /** The same as one row. */
  Tensor flatValues() {
    return flatValues;
  }

  /** The gradient of the values before the activation, after {@link #backward}. */
  Tensor diffValues() {
    if (diffValues == null) {
      diffValues = dst.diff(workshop);
    }
    return diffValues;
  }

  private Reduction reduction(int algorithm, Place place) {
    return new Reduction(workshop, algorithm, dnnl_f32, dst.extent().size(), place);
  }

  /**
   * Promises that no value can be NaN unless {@link #forward} is told so: the values are made of
   * codes. An infinity is found among the largest and the smallest.
   */
  void neverNan() {
    sumsValues = observed.isEmpty();
    sum = sumsValues ? sum : null;
  }

  /** Makes what finds values that are not finite. */
  private void prepareCheck() {
    if (sum == null && sumsValues) {
      sum = reduction(dnnl_reduction_sum, values.place());
    }
  }

  /** Makes what the network's input, which has no gradient, needs in training. */
  void prepareInput() {
    prepareCheck();
    if (quantization != null) {
      quantization.prepareCount();
    }
  }

  /** Makes what training needs beside the forward pass. */
  void prepareTraining() {
    prepareCheck();
    if (rectifier != null) {
      rectifier.prepareTraining(diffValues());
    }
    if (quantization != null) {
      quantization.prepareTraining();
    }
  }

  /** Bytes of the output, and of what its quantization keeps. */
  long keptForBackwardBytes() {
    return dst.bytes() + (quantization == null ? 0 : quantization.keptForBackwardBytes());
  }

  /** Turns {@link #values} into the block's output. */
  void forward(boolean trains, @Nullable MicroBatchResult result) {
    forward(trains, true, result);
  }

  /**
   * Turns {@link #values} into the block's output.
   *
   * @param finite false if the values are known not to be finite
   */
  void forward(boolean trains, boolean finite, @Nullable MicroBatchResult result) {
    boolean sound = finite && (result == null || sumIsFinite());
    activate();
    long start = System.nanoTime();
    if (result != null && observed.isPresent()) {
      sound = observe(observed.get(), trains, sound, result);
    }
    if (quantization != null) {
      quantization.run(trains, result);
    }
    if (result != null && observed.isPresent()) {
      result.addQuantizationNanos(System.nanoTime() - start);
    }
    if (result != null && !sound) {
      result.noteNonFinite(block);
    }
  }

  /** Applies the activation to an output that stays real; to codes it is a limit. */
  void activate() {
    if (rectifier != null) {
      rectifier.forward();
    }
  }

  /**
   * Neither a maximum nor a code keeps a NaN, but a sum does. A sum of finite values that is not
   * finite is as good a reason to stop.
   */
  private boolean sumIsFinite() {
    return sum == null || Float.isFinite(sum.run());
  }

  /** Returns whether the values are finite, too. */
  private boolean observe(
      QuantizationPoint at, boolean trains, boolean finite, MicroBatchResult result) {
    if (largest == null || smallest == null) {
      return finite;
    }
    float max = largest.run();
    float min = smallest.run();
    boolean sound = finite && Float.isFinite(max) && Float.isFinite(min);
    float highest = sound ? activation.of(max) : Float.NaN;
    float lowest = sound ? activation.of(min) : Float.NaN;
    Range activated = new Range(lowest, highest);
    result.observed().observe(at.firstSlot(), activated);
    if (trains && quantization != null) {
      result.addSaturated(quantization.mark(min, max, activated));
    }
    return sound;
  }

  /** Turns the gradient of the output into {@link #diffValues}, in its place. */
  void backward(MicroBatchResult result) {
    if (quantization != null) {
      quantization.backward(result);
    }
    if (rectifier != null) {
      rectifier.backward();
    }
  }
}
