package org.sparkqat.distributed.wire;

import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Normalization;
import org.sparkqat.quantization.Ranges;

/**
 * What the driver tells every worker for one step.
 *
 * @param step number of this order in the job, from 0; names the message
 * @param epoch number of the pass over the data, counted over all phases
 * @param stepOfEpoch which micro-batch of the epoch's order each shard takes
 * @param form in which form the gradients travel back
 */
public record StepOrder(
    long step,
    long epoch,
    int stepOfEpoch,
    Arithmetic arithmetic,
    Normalization normalization,
    float[] parameters,
    float[] statistics,
    Ranges ranges,
    GradientForm form) {

  /** What stands for the step before the first. */
  public static final long NO_STEP = -1;

  /** An order whose gradients travel exactly. */
  public StepOrder(
      long step,
      long epoch,
      int stepOfEpoch,
      Arithmetic arithmetic,
      Normalization normalization,
      float[] parameters,
      float[] statistics,
      Ranges ranges) {
    this(
        step,
        epoch,
        stepOfEpoch,
        arithmetic,
        normalization,
        parameters,
        statistics,
        ranges,
        GradientForm.PLAIN);
  }

  /** An order to compute outputs only. */
  public static StepOrder ofInference(
      Arithmetic arithmetic, float[] parameters, float[] statistics, Ranges ranges) {
    return new StepOrder(
        0, 0, 0, arithmetic, Normalization.RUNNING, parameters, statistics, ranges);
  }

  /** The same for other parameters, or for none. */
  public StepOrder parameters(float[] other) {
    return new StepOrder(
        step, epoch, stepOfEpoch, arithmetic, normalization, other, statistics, ranges, form);
  }

  public byte[] encode() {
    Wire wire = Wire.writer(size());
    write(wire);
    return wire.bytes();
  }

  /** Bytes that {@link #write} takes, at most. */
  public long size() {
    return 128 + 4L * (parameters.length + statistics.length + 2 * ranges.slots());
  }

  public void write(Wire wire) {
    wire.putLong(step).putLong(epoch).putInt(stepOfEpoch);
    wire.putText(arithmetic.name()).putText(normalization.name());
    wire.putFloats(parameters).putFloats(statistics).putFloats(ranges.flat());
    form.write(wire);
  }

  public static StepOrder decode(byte[] bytes) {
    return read(Wire.reader(bytes));
  }

  public static StepOrder read(Wire wire) {
    return new StepOrder(
        wire.getLong(),
        wire.getLong(),
        wire.getInt(),
        Arithmetic.valueOf(wire.getText()),
        Normalization.valueOf(wire.getText()),
        wire.getFloats(),
        wire.getFloats(),
        Ranges.ofFlat(wire.getFloats()),
        GradientForm.read(wire));
  }
}
