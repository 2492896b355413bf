package org.sparkqat.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.analysis.BitSearch;
import org.sparkqat.app.config.CheckpointConfiguration;
import org.sparkqat.app.config.ConfigurationText;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.MetricsLog;
import org.sparkqat.app.output.PreparationMetrics;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.output.StartMode;
import org.sparkqat.app.output.Summary;
import org.sparkqat.app.progress.Progress;
import org.sparkqat.app.report.AccuracyTable;
import org.sparkqat.app.report.AccuracyTable.Measure;
import org.sparkqat.distributed.CheckpointKeeper;
import org.sparkqat.distributed.QatTrainer;
import org.sparkqat.distributed.TrainingSettings;
import org.sparkqat.engine.ArithmeticInUse;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.training.Checkpoint;
import org.sparkqat.training.CheckpointRetention;
import org.sparkqat.training.CheckpointStore;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainedModel;
import org.sparkqat.training.TrainingState;

/** What {@code train} does, from the checked configuration to the files of the output folder. */
final class TrainingJob {

  private final ConfigurationText text;
  private final JobConfiguration job;
  private final StartMode mode;
  private final Configuration hadoop;
  private final RunFolder folder;
  private final PrintWriter out;

  private TrainingJob(
      ConfigurationText text,
      StartMode mode,
      Configuration hadoop,
      RunFolder folder,
      PrintWriter out) {
    this.text = text;
    this.job = text.job();
    this.mode = mode;
    this.hadoop = hadoop;
    this.folder = folder;
    this.out = out;
  }

  /** Checks all that can be checked before Spark starts. */
  static TrainingJob prepare(
      ConfigurationFiles files, List<String> overrides, StartMode mode, PrintWriter out)
      throws IOException {
    Configuration hadoop = Sessions.hadoop();
    ConfigurationText text = files.resolved(overrides, hadoop);
    RunFolder folder = RunFolder.of(text.job().output().path(), hadoop);
    folder.requireStartable(mode);
    return new TrainingJob(text, mode, hadoop, folder, out);
  }

  Summary execute() throws IOException {
    try (Sessions.Lease spark = Sessions.lease("train");
        JobData data = JobData.prepare(spark.session(), job)) {
      return run(spark.session(), data);
    }
  }

  /** What computes on the driver, and so on all executors: they agree on an instruction set. */
  private static ArithmeticInUse arithmetic(JobConfiguration of) {
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(of.network()), of.scheme());
    try (Kernels kernels = Engines.open(of.training().engine())) {
      return ArithmeticInUse.of(kernels, graph, of.data().normalization());
    }
  }

  private Summary run(SparkSession session, JobData data) throws IOException {
    TrainingSettings settings = Teachers.taught(JobSettings.training(job), job, hadoop);
    StartingState start =
        StartingState.of(
            mode, checkpoints(settings, ""), job, new QatTrainer(session, settings), hadoop);
    settings = settings.preferring(start.instructionSet());
    String instructionSet = new QatTrainer(session, settings).instructionSet();
    settings = settings.instructionSet(instructionSet);
    CheckpointStore checkpoints = checkpoints(settings, instructionSet);

    // All is checked, the folder once more: it may have come to hold a run meanwhile. From here on
    // it changes.
    folder.requireStartable(mode);
    folder.prepare(mode);
    folder.claim();
    checkpoints.removeLeftovers();
    folder.write(RunFolder.CONFIGURATION, text.resolved());
    Trained trained;
    try (Progress progress = Progress.onStderr(job.data().shape().rank() == 3 ? "img" : "rows")) {
      announce(progress, start, data);
      start.warnOfOtherThan(instructionSet).ifPresent(progress::message);
      trained = train(session, settings, start, checkpoints, progress, data);
    }
    JobConfiguration done = trained.text().job();
    Summary summary =
        RunSummary.of(
            done, folder, trained.end(), session.version(), arithmetic(done), data.preparations());
    new RunFiles(folder, done, trained.text().resolved()).write(summary, trained.model());
    out.println();
    out.print(AccuracyTable.text(summary.accuracies(), measure()));
    out.println();
    out.println("Written to " + folder.root());
    out.flush();
    return summary;
  }

  private CheckpointStore checkpoints(TrainingSettings settings, String instructionSet) {
    return CheckpointStore.open(
        folder.checkpoints(),
        hadoop,
        JobSettings.origin(Teachers.marked(text.fingerprint(), settings), instructionSet),
        new CheckpointRetention(job.training().checkpoint().keep()));
  }

  /** The job as it was trained, and what it ends with. */
  private record Trained(ConfigurationText text, TrainingState end, TrainedModel model) {}

  private Trained train(
      SparkSession session,
      TrainingSettings settings,
      StartingState start,
      CheckpointStore checkpoints,
      Progress progress,
      JobData data)
      throws IOException {
    RunRecorder recorder = recorder(start, progress, data);
    ConfigurationText chosen = text;
    TrainingSettings rest = settings;
    TrainingState state = start.state();
    try {
      Optional<BitSearch> search = job.quantization().mixed();
      if (search.isPresent()) {
        BitChoice choice = new BitChoice(job, search.get(), folder, progress);
        if (!choice.isMade(start)) {
          state =
              trainer(session, settings, checkpoints, recorder, data)
                  .until(job.training().stages().firstQuantized())
                  .train(state, data.train(), data.test());
          choice.make(session, settings.worker(), state, data.deciding());
        }
        chosen = text.weightBits(choice.made());
        folder.write(RunFolder.CONFIGURATION, chosen.resolved());
        rest =
            settings
                .stages(chosen.job().training().stages())
                .worker(settings.worker().scheme(chosen.job().scheme()));
      }
      QatTrainer trainer = trainer(session, rest, checkpoints, recorder, data);
      TrainingState end = trainer.train(state, data.train(), data.test());
      return new Trained(chosen, end, trainer.model(end));
    } finally {
      recorder.flush();
    }
  }

  private RunRecorder recorder(StartingState start, Progress progress, JobData data)
      throws IOException {
    long step = start.state().position().step();
    MetricsLog metrics =
        start.checkpoint().isPresent() ? MetricsLog.resume(folder, step) : MetricsLog.start(folder);
    for (var set : data.preparations().entrySet()) {
      metrics.add(new PreparationMetrics(set.getKey(), step, set.getValue()).event());
    }
    return new RunRecorder(
        metrics,
        progress,
        measure(),
        job.training().batchSize(),
        job.training().stages(),
        data.train().examples() / job.training().batchSize());
  }

  private QatTrainer trainer(
      SparkSession session,
      TrainingSettings settings,
      CheckpointStore checkpoints,
      RunRecorder recorder,
      JobData data) {
    CheckpointConfiguration when = job.training().checkpoint();
    // The metrics reach the disk before the states that they lead to; not those of a run whose
    // folder another one has taken over.
    CheckpointKeeper keeper =
        new CheckpointKeeper(checkpoints, settings.stages(), when.everySteps(), recorder::flush);
    QatTrainer trainer = new QatTrainer(session, settings);
    trainer.exchange(job.cluster().exchange());
    job.cluster().workers().ifPresent(trainer::workers);
    data.validation().ifPresent(trainer::validation);
    return trainer
        .listener(recorder)
        .keeper(new EpochThinning(keeper, when.everyEpochs()))
        .milestones(tag -> checkpoints.tagged(tag).map(Checkpoint::state));
  }

  private void announce(Progress progress, StartingState start, JobData data) {
    progress.message(job.model().name() + ": " + data.text());
    data.byName()
        .forEach(
            (name, set) ->
                progress.message(
                    "%s set: %s"
                        .formatted(
                            name.equals("train") ? "training" : name, set.preparation().text())));
    Position at = start.state().position();
    if (start.checkpoint().isPresent()) {
      progress.message(
          "Resuming from checkpoint %s (step %d)".formatted(start.checkpoint().get(), at.step()));
    } else if (mode instanceof StartMode.Resume) {
      progress.message("No checkpoint to resume from: starting from the beginning");
    }
  }

  private Measure measure() {
    return job.data().isRegression() ? Measure.R_SQUARED : Measure.ACCURACY;
  }
}
