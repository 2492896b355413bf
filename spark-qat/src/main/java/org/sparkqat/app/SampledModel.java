package org.sparkqat.app;

import org.apache.spark.sql.SparkSession;
import org.sparkqat.analysis.LayerSchemes;
import org.sparkqat.app.progress.Progress;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.probe.ProbeJob;
import org.sparkqat.distributed.probe.SampledExamples;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingState;

/** A trained model on some examples, whose variants executors evaluate. */
record SampledModel(
    ModelFolder folder,
    TrainingState state,
    LayerSchemes schemes,
    SampledExamples examples,
    Progress progress,
    ProbeJob job)
    implements AutoCloseable {

  /** Opens a folder and draws the examples. */
  static SampledModel open(SparkSession session, ModelFolder folder, SampleOptions options) {
    TrainingState state = folder.endOf(Phase.FLOAT).orElseGet(folder::latest);
    WorkerSpecification worker = JobSettings.worker(folder.job());
    SampledExamples examples;
    try (ShardedDataset data = Examples.prepare(session, folder.job(), options.source(folder))) {
      examples = SampledExamples.of(data, options.examples(), worker.microBatch());
    }
    folder
        .job()
        .calibration()
        .shortage(examples.size())
        .ifPresent(
            reason -> {
              throw new WrongUsageException(
                  "Invalid --examples: %d (%s)".formatted(examples.size(), reason));
            });
    Progress progress = Progress.onStderr("evaluations");
    ProbeJob job =
        new ProbeJob(
            session,
            worker,
            state.parameters(),
            state.statistics(),
            examples,
            new EvaluationProgress(progress, 1));
    LayerSchemes schemes = new LayerSchemes(folder.job().network(), folder.job().scheme());
    return new SampledModel(folder, state, schemes, examples, progress, job);
  }

  @Override
  public void close() {
    job.close();
    progress.close();
  }
}
