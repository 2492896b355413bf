package org.sparkqat.engine;

import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.NotFiniteException;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.WeightQuantizer;

/** Turns real weights into codes and scales, by one of the schemes. */
interface WeightCoder {

  /**
   * Codes the weights.
   *
   * @param weights holds {@code w * factor} in its codes when called
   */
  void code(WeightCodes weights);

  /** True when what it leaves are codes with one scale an output channel, not real numbers. */
  default boolean givesCodes() {
    return true;
  }

  /**
   * The largest magnitude of the weights.
   *
   * @throws NotFiniteException when a weight is not finite
   */
  static float magnitude(float[] weights) {
    Range range = Range.of(weights, 0, weights.length);
    if (!range.isFinite()) {
      throw new NotFiniteException("Invalid quantization range: " + range + " (not finite)");
    }
    return Math.max(-range.min(), range.max());
  }

  /** The coder of a quantizer. */
  static WeightCoder of(WeightQuantizer quantizer, int perInput) {
    return switch (quantizer.scheme()) {
      case UNIFORM -> uniform(quantizer, perInput);
      case TANH -> new TanhCoder(quantizer);
      case BINARY, TERNARY -> new SignCoder(quantizer);
    };
  }

  private static WeightCoder uniform(WeightQuantizer quantizer, int perInput) {
    if (quantizer.range().isLearned()) {
      return new LearnedCoder(quantizer);
    }
    return quantizer.granularity() == Granularity.PER_GROUP
        ? new GroupCoder(quantizer, quantizer.groupSize() * perInput)
        : new UniformCoder(quantizer);
  }
}
