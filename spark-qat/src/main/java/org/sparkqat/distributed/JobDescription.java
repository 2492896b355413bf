package org.sparkqat.distributed;

import java.util.function.Consumer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;

/** Tells Spark's pages which part of the training its jobs belong to. */
final class JobDescription {

  private final Consumer<String> sink;
  private final Schedule schedule;
  private final String bits;
  private String current = "";

  /**
   * A description of the jobs to come.
   *
   * @param sink takes each new description
   */
  JobDescription(Consumer<String> sink, Schedule schedule, QuantizationScheme scheme) {
    this.sink = sink;
    this.schedule = schedule;
    this.bits = "W%dA%d".formatted(scheme.weights().bits(), scheme.activations().bits());
  }

  /** The jobs to come make the step at the given position. */
  void step(Position at) {
    tell(
        at.phase() == Phase.CALIBRATION
            ? mode(Phase.CALIBRATION)
            : "epoch %d/%d, %s"
                .formatted(at.epoch() + 1, schedule.epochs(at.phase()), mode(at.phase())));
  }

  /** The jobs to come evaluate a network that was trained up to the given position. */
  void evaluation(Position at) {
    tell(
        at.phase() == Phase.CALIBRATION
            ? "evaluation after " + mode(Phase.CALIBRATION)
            : "evaluation after epoch %d/%d, %s"
                .formatted(at.epoch(), schedule.epochs(at.phase()), mode(at.phase())));
  }

  private String mode(Phase phase) {
    return switch (phase) {
      case FLOAT -> "float";
      case CALIBRATION -> "calibration " + bits;
      case QAT, DONE -> "QAT " + bits;
    };
  }

  private void tell(String text) {
    if (!text.equals(current)) {
      current = text;
      sink.accept(text);
    }
  }
}
