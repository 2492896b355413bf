package org.sparkqat.app.config;

import java.util.List;
import java.util.function.Predicate;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.Distillation;
import org.sparkqat.training.RangeTraining;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stage.Form;

/**
 * Reports settings that change nothing in a job: who says {@code learned-ranges.clip-norm: 1} where
 * no range is learned believes that something is clipped. A value that is the default says nothing,
 * so that the resolved configuration of a job, which has all of them, is one.
 */
final class WithoutEffect {

  private final Section quantization;
  private final Section training;
  private final TrainingConfiguration job;
  private final List<QuantizedGraph> graphs;

  private WithoutEffect(
      Section quantization,
      Section training,
      TrainingConfiguration job,
      List<QuantizedGraph> graphs) {
    this.quantization = quantization;
    this.training = training;
    this.job = job;
    this.graphs = graphs;
  }

  /** Reports what has no effect on a network; to be called when nothing else is wrong. */
  static void report(
      Section quantization, Section training, TrainingConfiguration job, Network network) {
    BlockGraph blocks = BlockGraph.of(network);
    List<QuantizedGraph> graphs =
        job.stages().all().stream()
            .filter(Stage::isQuantized)
            .map(stage -> QuantizedGraph.of(blocks, stage.scheme()))
            .toList();
    WithoutEffect report = new WithoutEffect(quantization, training, job, graphs);
    report.learnedRanges();
    report.groups();
    report.statistics(network);
    report.distillation();
    report.helpers();
  }

  private void learnedRanges() {
    Section section = quantization.group("learned-ranges");
    RangeTraining usual = RangeTraining.DEFAULT;
    String learn = "no range is learned; use range: lsq, or leave this out";
    boolean learns = any(QuantizedGraph::learnsRanges);
    refuse(learns, section, "learning-rate", usual.learningRate(), learn);
    refuse(learns, section, "momentum", usual.momentum(), learn);
    refuse(learns, section, "clip-norm", usual.clipNorm(), learn);
    boolean decays =
        any(
            graph ->
                graph.points().stream()
                    .anyMatch(point -> point.quantizer().range() == ActivationRange.PACT));
    String pact = "no activation has range: pact behind a rectifier; leave this out";
    refuse(decays, section, "decay", usual.decay(), pact);
  }

  private void groups() {
    boolean groups =
        any(
            graph ->
                graph.weights().stream()
                    .anyMatch(
                        by -> by.stream().anyMatch(w -> w.granularity() == Granularity.PER_GROUP)));
    long usual = WeightQuantizer.DEFAULT_GROUP_SIZE;
    String reason = "no weights have granularity: per-group; use that, or leave this out";
    refuse(groups, quantization.group("weights"), "group-size", usual, reason);
  }

  private void statistics(Network network) {
    boolean has = network.statistics().size() > 0;
    String none = "the model has no batch normalization; leave this out";
    refuse(has, quantization, "batch-norm-freeze-drift", 0.0, none);
    boolean watched = job.stages().all().stream().anyMatch(stage -> stage.freeze().isAutomatic());
    long steps = BatchNormFreeze.DEFAULT_STEPS;
    String drift = "it needs quantization.batch-norm-freeze-drift above 0";
    refuse(watched, quantization, "batch-norm-freeze-steps", steps, drift);
  }

  private void distillation() {
    Section section = training.group("distillation");
    boolean taught = job.distillation().isPresent();
    String nobody = "there is no training.distillation.teacher; name one, or leave this out";
    refuse(taught, section, "temperature", Distillation.DEFAULT_TEMPERATURE, nobody);
    refuse(taught, section, "weight", Distillation.DEFAULT_WEIGHT, nobody);
    if (taught && job.stages().epochs(Form.QUANTIZED) == 0) {
      section.conflict("teacher", "it teaches in quantized stages, and none has an epoch");
    }
  }

  private void helpers() {
    String none = "no stage is quantized; leave this out";
    refuse(!graphs.isEmpty(), training, "equalize-weights", false, none);
    refuse(!graphs.isEmpty(), training, "correct-bias", false, none);
    boolean trains = job.stages().epochs(Form.QUANTIZED) > 0;
    String still = "codes move in quantized stages, and none has an epoch; leave this out";
    refuse(trains, training.group("oscillations"), "watch", false, still);
  }

  private boolean any(Predicate<QuantizedGraph> test) {
    return graphs.stream().anyMatch(test);
  }

  private static void refuse(
      boolean works, Section section, String key, Object usual, String reason) {
    Object value = section.resolved().get(key);
    if (!works && value != null && !usual.equals(value)) {
      section.conflict(key, reason);
    }
  }
}
