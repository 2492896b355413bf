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
 * @param freeze when batch normalization uses the running statistics; default never
 * @param statistics where the running statistics at the end come from; default training
 * @param gate what the network must reach at the end; empty (default): nothing
 */
public record Stage(
    String name,
    Form form,
    QuantizationScheme scheme,
    int epochs,
    LearningRate learningRate,
    double learningRateFactor,
    BatchNormFreeze freeze,
    Statistics statistics,
    Optional<Gate> gate) {

  /** An epoch that is never reached. */
  public static final int NEVER = Integer.MAX_VALUE;

  /** How a stage computes. */
  public enum Form {
    FLOAT,
    QUANTIZED
  }

  /** Where the running batch-norm statistics at the end of a stage come from. */
  public enum Statistics {
    /** They followed training. */
    TRAINED,
    /** They are the exact ones of one more pass over the data, with the weights of the end. */
    RE_ESTIMATED
  }

  public Stage {
    if (!name.matches("[a-z][a-z0-9]*")) {
      throw Limits.invalid("stage name", "'" + name + "'", "lower-case letters and digits");
    }
    if (epochs < 0) {
      throw Limits.invalid("epochs of stage '" + name + "'", epochs, "must be at least 0");
    }
    Limits.requirePositive("learning-rate factor of stage '" + name + "'", learningRateFactor);
    if (form == Form.FLOAT && statistics == Statistics.RE_ESTIMATED) {
      throw Limits.invalid(
          "statistics of stage '" + name + "'", "re-estimated", "only of quantized stages");
    }
  }

  /** Training in float, before anything is quantized with the given scheme. */
  public static Stage ofFloat(
      String name, QuantizationScheme next, int epochs, LearningRate learningRate) {
    return plain(name, Form.FLOAT, next, epochs, learningRate);
  }

  /** Training with quantization in the forward pass. */
  public static Stage quantized(
      String name, QuantizationScheme scheme, int epochs, LearningRate learningRate) {
    return plain(name, Form.QUANTIZED, scheme, epochs, learningRate);
  }

  private static Stage plain(
      String name, Form form, QuantizationScheme scheme, int epochs, LearningRate learningRate) {
    return new Stage(
        name,
        form,
        scheme,
        epochs,
        learningRate,
        1,
        BatchNormFreeze.NEVER,
        Statistics.TRAINED,
        Optional.empty());
  }

  /** The same with another freeze of batch normalization. */
  public Stage freeze(BatchNormFreeze other) {
    return new Stage(
        name, form, scheme, epochs, learningRate, learningRateFactor, other, statistics, gate);
  }

  /** The same with statistics from elsewhere. */
  public Stage statistics(Statistics other) {
    return new Stage(
        name, form, scheme, epochs, learningRate, learningRateFactor, freeze, other, gate);
  }

  /** The same with a learning rate that is multiplied. */
  public Stage learningRateFactor(double factor) {
    return new Stage(name, form, scheme, epochs, learningRate, factor, freeze, statistics, gate);
  }

  /** The same with another scheme. */
  public Stage scheme(QuantizationScheme other) {
    return new Stage(
        name, form, other, epochs, learningRate, learningRateFactor, freeze, statistics, gate);
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
        freeze,
        statistics,
        Optional.of(other));
  }

  /** True when statistics are computed anew at the end. */
  public boolean reEstimates() {
    return statistics == Statistics.RE_ESTIMATED;
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
