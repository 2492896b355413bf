package org.sparkqat.distributed.wire;

/**
 * In which form the gradients of one step travel.
 *
 * @param encoding of the gradients of single shards in a rounded step
 * @param feedback what the step does with the rounding errors of the steps before
 */
public record GradientForm(GradientEncoding encoding, Feedback feedback) {

  /** Exact gradients, without rounding errors before or after. */
  public static final GradientForm PLAIN =
      new GradientForm(GradientEncoding.FLOAT32, Feedback.NONE);

  /** What a step does with rounding errors. */
  public enum Feedback {
    /** There are none before it, and none after it: gradients are exact. */
    NONE,
    /** There are none before it: gradients are rounded, and each shard keeps its errors. */
    START,
    /** Errors are added before gradients are rounded, and kept anew. */
    CONTINUE,
    /** Errors are added to gradients that travel exactly: none are left. */
    FLUSH
  }

  /** True when each shard's gradient is rounded. */
  public boolean isRounded() {
    return feedback == Feedback.START || feedback == Feedback.CONTINUE;
  }

  /** The encoding of the numbers that travel. */
  public GradientEncoding travelsAs() {
    return isRounded() ? encoding : GradientEncoding.FLOAT32;
  }

  /** True when the errors of the step before are needed. */
  public boolean needsResiduals() {
    return feedback == Feedback.CONTINUE || feedback == Feedback.FLUSH;
  }

  void write(Wire wire) {
    wire.putText(encoding.name()).putText(feedback.name());
  }

  static GradientForm read(Wire wire) {
    return new GradientForm(
        GradientEncoding.valueOf(wire.getText()), Feedback.valueOf(wire.getText()));
  }
}
