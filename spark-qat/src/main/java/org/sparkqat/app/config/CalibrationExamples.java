package org.sparkqat.app.config;

import java.util.Comparator;
import java.util.Optional;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.Observer;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;

/**
 * The examples that calibration needs: those of the most demanding observer in force in a quantized
 * stage. Calibration sees {@code min(training.calibration-steps, steps of an epoch) *
 * training.batch-size} of them.
 *
 * @param observer which observer that is
 * @param least examples that it needs, at least 1
 */
public record CalibrationExamples(Observer.Kind observer, int least) {

  /** What makes do with few examples. */
  private static final String ALTERNATIVE =
      "or use quantization.activations.observer: moving-average, which takes any number";

  static CalibrationExamples of(Network network, Stages stages) {
    BlockGraph graph = BlockGraph.of(network);
    return stages.all().stream()
        .filter(Stage::isQuantized)
        .map(Stage::scheme)
        .distinct()
        .flatMap(scheme -> QuantizedGraph.of(graph, scheme).points().stream())
        .map(QuantizationPoint::quantizer)
        .map(
            by ->
                new CalibrationExamples(
                    Observer.Kind.of(by.observer()), by.observer().leastExamples()))
        .max(Comparator.comparingInt(CalibrationExamples::least))
        .orElse(new CalibrationExamples(Observer.Kind.MIN_MAX, 1));
  }

  /** Reports steps of calibration that see too few examples, however many there are. */
  void check(Section training, int steps, int batchSize) {
    shortage((long) steps * batchSize)
        .ifPresent(
            reason ->
                training.conflict(
                    "calibration-steps",
                    "times training.batch-size %d: %s; use at least %d steps, %s"
                        .formatted(batchSize, reason, (least - 1) / batchSize + 1, ALTERNATIVE)));
  }

  /**
   * Why the training data are too few, and what to do; empty when they are not.
   *
   * @param rows examples of the training data
   */
  public Optional<String> shortageOf(long rows, TrainingConfiguration training) {
    long steps = Math.min(training.calibrationSteps(), rows / training.batchSize());
    return shortage(steps * training.batchSize())
        .map(
            reason ->
                "Invalid data.train: %d examples, %d whole batches of training.batch-size %d (%s; add data, %s)"
                    .formatted(
                        rows,
                        rows / training.batchSize(),
                        training.batchSize(),
                        reason,
                        ALTERNATIVE));
  }

  /**
   * Why so many examples are too few; empty when they are not.
   *
   * @param examples that ranges are fitted to
   */
  public Optional<String> shortage(long examples) {
    return examples >= least
        ? Optional.empty()
        : Optional.of(
            "observer %s needs at least %d calibration examples, and sees %d: a histogram of fewer has no shape to fit a range to"
                .formatted(Kind.word(observer), least, examples));
  }
}
