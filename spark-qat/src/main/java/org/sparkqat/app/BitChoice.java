package org.sparkqat.app;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.analysis.BitSearch;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.analysis.MixedPrecision.Choice;
import org.sparkqat.analysis.WeightBits;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.config.WeightRules;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.progress.Progress;
import org.sparkqat.app.report.PrecisionTable;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.probe.ProbeJob;
import org.sparkqat.distributed.probe.SampledExamples;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/**
 * The bits of the layers' weights that a run chooses when its float stages end. They are written to
 * the output folder before anything is trained with them, so that a run that goes on never chooses
 * again.
 */
final class BitChoice {

  private final JobConfiguration job;
  private final BitSearch search;
  private final RunFolder folder;
  private final Progress progress;

  BitChoice(JobConfiguration job, BitSearch search, RunFolder folder, Progress progress) {
    this.job = job;
    this.search = search;
    this.folder = folder;
    this.progress = progress;
  }

  /**
   * True when the run that is gone on with has chosen.
   *
   * @throws IllegalStateException when it must have, and its choice is not there
   */
  boolean isMade(StartingState start) throws IOException {
    if (start.checkpoint().isEmpty()) {
      return false;
    }
    boolean isThere = folder.files().exists(folder.path(RunFolder.PRECISION));
    if (!isThere && isBehind(start.state().position())) {
      throw new IllegalStateException(
          "Cannot resume from checkpoint %s: %s is not there, by whose bits it was trained (resume from an earlier one, or start again with --overwrite)"
              .formatted(start.checkpoint().orElseThrow(), folder.path(RunFolder.PRECISION)));
    }
    return isThere;
  }

  /** True when steps were made with the bits. */
  private boolean isBehind(Position at) {
    Stages stages = job.training().stages();
    int first = stages.firstQuantized();
    return at.stage() >= first && !at.equals(stages.begin(first, 0, at.step()));
  }

  /** What was chosen before. */
  Map<String, Integer> made() throws IOException {
    return WeightRules.read(RunFolder.PRECISION, folder.read(RunFolder.PRECISION));
  }

  /**
   * Measures the layers of the float network on some examples, chooses, and writes the choice down.
   *
   * @param worker with the instruction set of the run
   * @param data the validation data, or else the training data
   */
  void make(
      SparkSession session, WorkerSpecification worker, TrainingState state, ShardedDataset data)
      throws IOException {
    WeightBits bits = new WeightBits(job.network(), job.quantization().scheme(), search);
    SampledExamples examples = SampledExamples.of(data, search.examples(), worker.microBatch());
    progress.message(
        "Choosing the bits of the weights: %d evaluations of %d %s examples"
            .formatted(
                bits.variants().size(),
                examples.size(),
                job.data().validation().isPresent() ? "validation" : "training"));
    Choice choice;
    try (ProbeJob probe =
        new ProbeJob(
            session,
            worker,
            state.parameters(),
            state.statistics(),
            examples,
            new EvaluationProgress(progress, examples.size()))) {
      List<Measurement> found =
          probe.evaluate(
              bits.variants().stream().map(bits.schemes()::scheme).toList(),
              probe.calibrate(bits.schemes()));
      choice = bits.choose(probe.reference(), examples.size(), found);
    }
    String comment =
        String.format(
            Locale.ROOT,
            "mixed precision: %.3f bits on average (at most %s), noise of the outputs %.4g",
            choice.units(),
            search.averageBits(),
            choice.score());
    progress.message(comment + ": " + text(choice));
    Choice open = bits.open(choice);
    folder.write(RunFolder.PRECISION, PrecisionTable.rules(open, comment));
  }

  private static String text(Choice choice) {
    StringJoiner text = new StringJoiner(", ");
    choice.layers().forEach(layer -> text.add(layer.layer() + " " + layer.weights().orElse(0)));
    return text.toString();
  }
}
