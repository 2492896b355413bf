package org.sparkqat.training;

import java.util.Optional;
import org.sparkqat.quantization.QuantizationScheme;

/**
 * One part of a schedule: how the network is trained for so many passes over the data.
 *
 * @param name lower-case letters and digits, beginning with a letter; its checkpoint is tagged so
 * @param form whether quantization is on
 * @param scheme what the stage's network is quantized with; of a float stage, what comes next
 * @param epochs passes over the data, at least 0
 * @param learningRate over the epochs of this stage
 * @param learningRateFactor what the learning rate is multiplied by, above 0, default 1
 * @param batchNormFreezeEpoch epoch of this stage from which batch normalization uses the running
 *     statistics; {@link #NEVER} (default): it never does
 * @param gate what the network must reach at the end; empty (default): nothing
 */
public record Stage(
    String name,
    Form form,
    QuantizationScheme scheme,
    int epochs,
    LearningRate learningRate,
    double learningRateFactor,
    int batchNormFreezeEpoch,
    Optional<Gate> gate) {

  /** An epoch that is never reached. */
  public static final int NEVER = Integer.MAX_VALUE;

  /** How a stage computes. */
  public enum Form {
    FLOAT,
    QUANTIZED
  }

  public Stage {
    if (!name.matches("[a-z][a-z0-9]*")) {
      throw Limits.invalid("stage name", "'" + name + "'", "lower-case letters and digits");
    }
    if (epochs < 0) {
      throw Limits.invalid("epochs of stage '" + name + "'", epochs, "must be at least 0");
    }
    Limits.requirePositive("learning-rate factor of stage '" + name + "'", learningRateFactor);
    if (batchNormFreezeEpoch < 0) {
      throw Limits.invalid(
          "batch-norm freeze epoch of stage '" + name + "'",
          batchNormFreezeEpoch,
          "must be at least 0");
    }
  }

  /** Training in float, before anything is quantized with the given scheme. */
  public static Stage ofFloat(
      String name, QuantizationScheme next, int epochs, LearningRate learningRate) {
    return new Stage(name, Form.FLOAT, next, epochs, learningRate, 1, NEVER, Optional.empty());
  }

  /** Training with quantization in the forward pass. */
  public static Stage quantized(
      String name, QuantizationScheme scheme, int epochs, LearningRate learningRate) {
    return new Stage(
        name, Form.QUANTIZED, scheme, epochs, learningRate, 1, NEVER, Optional.empty());
  }

  /** The same with another freeze of batch normalization. */
  public Stage batchNormFrozenFrom(int epoch) {
    return new Stage(name, form, scheme, epochs, learningRate, learningRateFactor, epoch, gate);
  }

  /** The same with a learning rate that is multiplied. */
  public Stage learningRateFactor(double factor) {
    return new Stage(name, form, scheme, epochs, learningRate, factor, batchNormFreezeEpoch, gate);
  }

  /** The same with another scheme. */
  public Stage scheme(QuantizationScheme other) {
    return new Stage(
        name, form, other, epochs, learningRate, learningRateFactor, batchNormFreezeEpoch, gate);
  }

  /** The same with a gate at its end. */
  public Stage gate(Gate other) {
    return new Stage(
        name,
        form,
        scheme,
        epochs,
        learningRate,
        learningRateFactor,
        batchNormFreezeEpoch,
        Optional.of(other));
  }

  public boolean isQuantized() {
    return form == Form.QUANTIZED;
  }

  /**
   * The learning rate when so many epochs of the stage are done.
   *
   * @param attempt how often the stage was taken back
   */
  public double learningRate(double epoch, int attempt) {
    double rate = learningRateFactor * learningRate.at(epoch, epochs);
    return gate.map(each -> each.rateOfAttempt(attempt)).orElse(1.0) * rate;
  }

  /** True when the ranges of the other stage's activations fit this one's quantizers. */
  boolean hasRangesOf(Stage other) {
    QuantizationScheme theirs = other.scheme;
    return scheme.activations().equals(theirs.activations())
        && scheme.firstLastBits() == theirs.firstLastBits()
        && scheme.rules().equals(theirs.rules());
  }
}
