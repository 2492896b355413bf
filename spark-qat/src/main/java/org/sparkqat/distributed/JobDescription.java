package org.sparkqat.distributed;

import java.util.function.Consumer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;

/** Tells Spark's pages which part of the training its jobs belong to. */
final class JobDescription {

  private final Consumer<String> sink;
  private final Schedule schedule;
  private String current = "";

  /**
   * A description of the jobs to come.
   *
   * @param sink takes each new description
   */
  JobDescription(Consumer<String> sink, Schedule schedule) {
    this.sink = sink;
    this.schedule = schedule;
  }

  /** The jobs to come make the step at the given position. */
  void step(Position at) {
    tell(
        at.phase() == Phase.CALIBRATION
            ? mode(at)
            : "epoch %d/%d, %s".formatted(at.epoch() + 1, schedule.epochs(at), mode(at)));
  }

  /** The jobs to come evaluate a network that was trained up to the given position. */
  void evaluation(Position at) {
    tell(
        at.phase() == Phase.CALIBRATION
            ? "evaluation after " + mode(at)
            : "evaluation after epoch %d/%d, %s"
                .formatted(at.epoch(), schedule.epochs(at), mode(at)));
  }

  private String mode(Position at) {
    QuantizationScheme scheme = schedule.stage(at).scheme();
    String bits = "W%dA%d".formatted(scheme.weights().bits(), scheme.activations().bits());
    return switch (at.phase()) {
      case FLOAT -> "float";
      case CALIBRATION -> "calibration " + bits;
      case QAT, DONE -> "QAT " + bits;
      case ESTIMATION -> "batch-norm estimation " + bits;
    };
  }

  private void tell(String text) {
    if (!text.equals(current)) {
      current = text;
      sink.accept(text);
    }
  }
}
