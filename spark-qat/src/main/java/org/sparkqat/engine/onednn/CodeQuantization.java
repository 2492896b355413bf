package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_div;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;

/** Codes of one scale, which is known before the values are. */
final class CodeQuantization implements Quantization {

  private final Workshop workshop;
  private final Feature dst;
  private final Quantizer by;
  private final Tensor values;
  private final Optional<QuantizationPoint> observed;
  private final Scratch scratch;
  private final Operation quantize;
  private @Nullable StraightThrough straightThrough;
  private @Nullable ClipCount clipped;
  private @Nullable RangeScan learned;

  /**
   * The quantization of a block that puts out dst, of values in {@link Scratch#values}.
   *
   * @param observed the point whose range may be learned, empty if none is
   */
  CodeQuantization(
      Workshop workshop,
      Feature dst,
      Quantizer by,
      Optional<QuantizationPoint> observed,
      Scratch scratch) {
    this.workshop = workshop;
    this.dst = dst;
    this.by = by;
    this.values = workshop.flat(dst.extent(), dnnl_f32, scratch.values);
    this.observed = observed;
    this.scratch = scratch;
    this.quantize = quantization();
  }

  /** {@code clamp(x / scale)}, rounded half to even, plus the zero point. */
  private Operation quantization() {
    Attributes attributes = new Attributes(workshop);
    by.appendTo(attributes, numbers -> numbers.row);
    return workshop.binary(
        "quantization",
        dnnl_binary_div,
        values,
        by.scale.row,
        workshop.flat(dst.extent(), dst.type(), dst.data()),
        attributes);
  }

  @Override
  public void load(Ranges ranges) {
    by.load(ranges);
  }

  @Override
  public void prepareCount() {
    if (clipped == null) {
      clipped = new ClipCount(workshop, values, dst.extent().size(), by, scratch.bytes);
    }
  }

  @Override
  public void prepareTraining() {
    if (straightThrough == null) {
      straightThrough = new StraightThrough(workshop, values, dst, by);
      prepareCount();
      learned = observed.filter(at -> by.learns()).map(this::scan).orElse(null);
    }
  }

  private RangeScan scan(QuantizationPoint at) {
    return new RangeScan(values.place(), dst.diff(), by, dst.extent().size(), at.firstSlot());
  }

  @Override
  public long mark(float min, float max, Range activated) {
    if (straightThrough != null) {
      straightThrough.mark(min, max);
    }
    return clipped == null ? 0 : clipped.count(activated.min(), activated.max());
  }

  @Override
  public void run(boolean trains, @Nullable MicroBatchResult result) {
    if (trains && learned != null) {
      learned.forward();
    }
    quantize.run();
  }

  @Override
  public void backward(MicroBatchResult result) {
    if (learned != null) {
      learned.backward(result.rangeSums());
    }
    if (straightThrough != null) {
      straightThrough.backward();
    }
  }

  /** Bytes of the straight-through mask, and of what a learned range needs. */
  @Override
  public long keptForBackwardBytes() {
    return (straightThrough == null ? 0 : straightThrough.bytes())
        + (learned == null ? 0 : learned.bytes());
  }
}
