package org.sparkqat.training;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the network must reach at the end of a stage, on the validation data or else on the test
 * data; if it does not, training goes back to where the stage began.
 *
 * @param accuracyDrop how far the accuracy may lie below the reference, at least 0, as a share (R²
 *     of a regression likewise); empty: anything goes
 * @param lossRise how far the loss may lie above the reference, at least 0; empty: anything goes
 * @param reference what the network is compared with
 * @param retries how often the stage is repeated, at least 0
 * @param retryFactor what the learning rate is multiplied by for each repetition, in (0, 1]
 * @param failure what happens when no retry is left
 */
public record Gate(
    OptionalDouble accuracyDrop,
    OptionalDouble lossRise,
    Reference reference,
    int retries,
    double retryFactor,
    Failure failure) {

  /** The learning rate of each repetition against that of the attempt before. */
  public static final double RETRY_FACTOR = 0.5;

  /** What a network is compared with. */
  public enum Reference {
    /** The network of the stage before. */
    PREVIOUS,
    /** The network of the last float stage. */
    FLOAT
  }

  /** What happens when a stage has failed for the last time. */
  public enum Failure {
    /** Training ends with the network of the stage before. */
    STOP,
    /** Training goes on with what the stage has reached. */
    KEEP
  }

  /** Figures of a network on the data that decide. */
  public record Figures(double accuracy, double loss) {}

  public Gate {
    if (accuracyDrop.isEmpty() && lossRise.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid gate: it bounds nothing (needs a largest drop of accuracy, or rise of loss)");
    }
    Limits.requireNotNegative("gate's accuracy drop", accuracyDrop.orElse(0));
    Limits.requireNotNegative("gate's loss rise", lossRise.orElse(0));
    if (retries < 0) {
      throw Limits.invalid("gate's retries", retries, "must be at least 0");
    }
    if (!(retryFactor > 0 && retryFactor <= 1)) {
      throw Limits.invalid("gate's retry factor", retryFactor, "allowed: above 0, at most 1");
    }
  }

  /** Why a network does not pass; empty: it does. */
  public Optional<String> obstacle(Figures found, Figures before) {
    if (accuracyDrop.isPresent()
        && !(found.accuracy() >= before.accuracy() - accuracyDrop.getAsDouble())) {
      return Optional.of(
          text(
              "accuracy %.4f, allowed %.4f (%.4f less %.4f)",
              found.accuracy(),
              before.accuracy() - accuracyDrop.getAsDouble(),
              before.accuracy(),
              accuracyDrop.getAsDouble()));
    }
    if (lossRise.isPresent() && !(found.loss() <= before.loss() + lossRise.getAsDouble())) {
      return Optional.of(
          text(
              "loss %.4f, allowed %.4f (%.4f and %.4f)",
              found.loss(),
              before.loss() + lossRise.getAsDouble(),
              before.loss(),
              lossRise.getAsDouble()));
    }
    return Optional.empty();
  }

  /** What the learning rate is multiplied by in an attempt, the first one being 0. */
  double rateOfAttempt(int attempt) {
    double rate = 1;
    for (int i = 0; i < attempt; i++) {
      rate *= retryFactor;
    }
    return rate;
  }

  private static String text(String format, Object... figures) {
    return String.format(Locale.ROOT, format, figures);
  }
}
