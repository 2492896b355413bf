package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_div;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_ge;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_le;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_u8;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.network.Activation;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;

/**
 * Real numbers of codes whose range is that of the values at hand: of all, or of each example. The
 * same operations run on one row after the other. Rows whose range is not finite stay as they are.
 */
final class DynamicQuantization implements Quantization {

  private final Workshop workshop;
  private final Feature dst;
  private final Quantizer by;
  private final Scratch scratch;
  private final int rows;
  private final int size;
  private final RowPlace values;
  private final RowPlace output;
  private final Reduction largest;
  private final Reduction smallest;
  private final Operation quantize;
  private final Operation activate;
  private @Nullable ClipCount clipped;
  private @Nullable Mask mask;

  /**
   * The quantization of a block that puts out dst, of values in {@link Scratch#values}.
   *
   * @param rows which have a range each
   */
  DynamicQuantization(Workshop workshop, Feature dst, Quantizer by, int rows, Scratch scratch) {
    this.workshop = workshop;
    this.dst = dst;
    this.by = by;
    this.scratch = scratch;
    this.rows = rows;
    this.size = dst.extent().size() / rows;
    this.values = new RowPlace(scratch.values, (long) size * Float.BYTES, rows);
    this.output = new RowPlace(dst.data(), (long) size * Float.BYTES, rows);
    this.largest = new Reduction(workshop, dnnl_reduction_max, dnnl_f32, size, values);
    this.smallest = new Reduction(workshop, dnnl_reduction_min, dnnl_f32, size, values);
    this.quantize = quantization();
    this.activate = activation();
  }

  /** {@code scale * clamp(x / scale)}, rounded half to even. */
  private Operation quantization() {
    Attributes attributes = new Attributes(workshop);
    by.appendTo(attributes, numbers -> numbers.row);
    return toOutput(
        "quantization", dnnl_binary_div, by.scale, attributes.then(dnnl_binary_mul, by.scale.row));
  }

  private Operation activation() {
    Numbers low = new Numbers(workshop, 1);
    Numbers high = new Numbers(workshop, 1);
    low.set(by.activation() == Activation.NONE ? Float.NEGATIVE_INFINITY : 0f);
    high.set(by.activation().of(Float.POSITIVE_INFINITY));
    return toOutput(
        "activation",
        dnnl_binary_max,
        low,
        new Attributes(workshop).then(dnnl_binary_min, high.row));
  }

  private Operation toOutput(String name, int algorithm, Numbers right, Attributes attributes) {
    return workshop.binary(
        name,
        algorithm,
        workshop.row(size, dnnl_f32, values),
        right.row,
        workshop.row(size, dnnl_f32, output),
        attributes);
  }

  /** There is nothing to take: the ranges are those of the values. */
  @Override
  public void load(Ranges ranges) {}

  @Override
  public void prepareCount() {
    if (clipped == null) {
      Tensor row = workshop.row(size, dnnl_f32, values);
      clipped = new ClipCount(workshop, row, size, by, scratch.bytes);
    }
  }

  @Override
  public void prepareTraining() {
    prepareCount();
    if (mask == null) {
      mask = new Mask();
    }
  }

  @Override
  public long mark(float min, float max, Range activated) {
    return 0;
  }

  @Override
  public void run(boolean trains, @Nullable MicroBatchResult result) {
    for (int row = 0; row < rows; row++) {
      values.select(row);
      output.select(row);
      Range range = activated();
      if (!range.isFinite()) {
        activate.run();
        continue;
      }
      by.take(range);
      if (trains && mask != null) {
        mask.mark(row);
      }
      if (trains && clipped != null && result != null) {
        result.addSaturated(clipped.count(range.min(), range.max()));
      }
      quantize.run();
    }
  }

  private Range activated() {
    float max = largest.run();
    float min = smallest.run();
    return Float.isFinite(min) && Float.isFinite(max)
        ? new Range(by.activation().of(min), by.activation().of(max))
        : new Range(Float.NaN, Float.NaN);
  }

  @Override
  public void backward(MicroBatchResult result) {
    if (mask != null) {
      mask.backward.run();
    }
  }

  /** Bytes of the straight-through mask. */
  @Override
  public long keptForBackwardBytes() {
    return mask == null ? 0 : dst.extent().size();
  }

  /** The straight-through mask, a byte for each value, and the gradient behind it. */
  private final class Mask {

    private final Place bytes = workshop.ownPlace();
    private final RowPlace row = new RowPlace(bytes, size, rows);
    private final Operation notBelow;
    private final Operation notAbove;
    private final Operation backward;

    Mask() {
      Tensor of = workshop.row(size, dnnl_f32, values);
      Tensor passes = workshop.row(size, dnnl_u8, row);
      notBelow =
          workshop.binary(
              "mask", dnnl_binary_ge, of, by.passLow.row, passes, new Attributes(workshop));
      notAbove =
          workshop.binary(
              "mask",
              dnnl_binary_le,
              of,
              by.passHigh.row,
              passes,
              new Attributes(workshop).then(dnnl_binary_mul, passes));
      Tensor diff = workshop.flat(dst.extent(), dnnl_f32, dst.diff());
      backward =
          workshop.binary(
              "straight-through gradient",
              dnnl_binary_mul,
              diff,
              workshop.flat(dst.extent(), dnnl_u8, bytes),
              diff,
              new Attributes(workshop));
    }

    void mark(int number) {
      row.select(number);
      notBelow.run();
      notAbove.run();
    }
  }
}
