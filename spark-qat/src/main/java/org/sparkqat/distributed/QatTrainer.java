package org.sparkqat.distributed;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.exchange.ShardGroups;
import org.sparkqat.distributed.progress.HeldRanges;
import org.sparkqat.distributed.progress.Listeners;
import org.sparkqat.distributed.progress.SparkMetrics;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.distributed.progress.TrainingMetrics;
import org.sparkqat.distributed.resident.Patience;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.worker.InstructionSets;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.spark.SparkBuild;
import org.sparkqat.training.TrainedModel;
import org.sparkqat.training.TrainingState;

/**
 * Trains a network with quantization in the loop on a Spark cluster. The settings and the data
 * decide the result; the cluster decides only the speed.
 */
public final class QatTrainer {

  private static final Logger LOG = LoggerFactory.getLogger(QatTrainer.class);

  private static final int END_OF_JOB = Integer.MAX_VALUE;

  private final SparkSession spark;
  private final TrainingSettings settings;
  private StateKeeper keeper = StateKeeper.NONE;
  private TrainingListener listener = new TrainingListener() {};
  private Milestones milestones = Milestones.NONE;
  private Optional<ShardedDataset> validation = Optional.empty();
  private OptionalInt workers = OptionalInt.empty();
  private ExchangeSettings exchange = ExchangeSettings.DEFAULT;
  private int sliceWindow = SliceChoice.WINDOW;
  private Patience patience = Patience.DEFAULT;
  private int end = END_OF_JOB;

  /** A trainer on the given session's cluster, with one worker per slot. */
  public QatTrainer(SparkSession spark, TrainingSettings settings) {
    SparkBuild.requireMatch();
    this.spark = spark;
    this.settings = settings;
  }

  /** Where states are written down; nowhere by default. */
  public QatTrainer keeper(StateKeeper newKeeper) {
    this.keeper = newKeeper;
    return this;
  }

  /** Where a job that goes on finds the states to come back to; nowhere by default. */
  public QatTrainer milestones(Milestones newMilestones) {
    this.milestones = newMilestones;
    return this;
  }

  /** Who is told about the progress; nobody by default. */
  public QatTrainer listener(TrainingListener newListener) {
    this.listener = newListener;
    return this;
  }

  /**
   * What decisions are taken on: gates, and which epoch is the best; the test data by default.
   *
   * @param newValidation in as many shards as the others; closed at the end of the job
   */
  public QatTrainer validation(ShardedDataset newValidation) {
    this.validation = Optional.of(newValidation);
    return this;
  }

  /** Tasks that run side by side; changes the speed, never the result. */
  public QatTrainer workers(int newWorkers) {
    if (newWorkers < 1) {
      throw new IllegalArgumentException(
          "Invalid cluster.workers: " + newWorkers + " (must be at least 1)");
    }
    this.workers = OptionalInt.of(newWorkers);
    return this;
  }

  /** How a step travels; resident workers where they can start by default. */
  public QatTrainer exchange(ExchangeSettings newExchange) {
    this.exchange = newExchange;
    return this;
  }

  /** Steps after which slices come to the driver; changes the speed, never the result. */
  QatTrainer sliceWindow(int steps) {
    this.sliceWindow = steps;
    return this;
  }

  /** How long workers may take to come; changes the speed, never the result. */
  QatTrainer patience(Patience newPatience) {
    this.patience = newPatience;
    return this;
  }

  /**
   * Ends where a stage begins, from where another trainer goes on with the same data; at the end of
   * the job by default.
   */
  public QatTrainer until(int stage) {
    this.end = stage;
    return this;
  }

  /**
   * The instruction set of the executors, which is the one of the settings if they name one.
   *
   * @throws RuntimeException when they do not all have it, or differ
   */
  public String instructionSet() {
    return InstructionSets.agreed(
        JavaSparkContext.fromSparkContext(spark.sparkContext()), settings.worker());
  }

  /** The state before the first step: initialized parameters, empty ranges. */
  public TrainingState initialState() {
    Network network = settings.worker().network();
    QuantizationScheme scheme = settings.stages().get(0).scheme();
    int slots = QuantizedGraph.of(BlockGraph.of(network), scheme).slots();
    return new TrainingState(
        settings.stages().start(),
        Initialization.parameters(network, settings.worker().seed()),
        settings.optimizer().initialSlots(network.parameters()),
        Initialization.statistics(network),
        Ranges.empty(slots),
        0,
        Map.of());
  }

  /**
   * Trains from the beginning; otherwise as {@link #train(TrainingState, ShardedDataset,
   * ShardedDataset)}.
   */
  public TrainingState train(ShardedDataset train, ShardedDataset test) {
    return train(initialState(), train, test);
  }

  /**
   * Trains from the given state to the end of the job, or to that of {@link #until}.
   *
   * @param train at least one global batch of examples, in the specification's shards; closed at
   *     the end of the job
   * @param test what the network is evaluated on, in as many shards; likewise
   */
  public TrainingState train(TrainingState start, ShardedDataset train, ShardedDataset test) {
    train.requireGlobalBatch(settings.globalBatch());
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    int tasks = tasks(context);
    @Nullable String before = context.getLocalProperty(SparkInternals.DESCRIPTION);
    warnOfLargerMessages(tasks);
    SliceChoice slices = new SliceChoice(exchange.slices(), sliceWindow);
    Optional<SliceChoice> sliced =
        slices.isFor(settings, exchange.mode(), tasks) ? Optional.of(slices) : Optional.empty();
    Function<ShardedDataset, ShardGroups> groups =
        set -> endsJob() ? ShardGroups.of(set, tasks) : ShardGroups.ofShared(set, tasks);
    try (ShardGroups training = groups.apply(train);
        EvaluationData evaluating = EvaluationData.of(test, validation, groups)) {
      Schedule schedule = new Schedule(settings, training.examples());
      CrewFactory factory =
          new CrewFactory(
              context,
              settings,
              exchange,
              workers,
              patience,
              sliced,
              schedule,
              new TrainingStep(settings, schedule),
              training,
              evaluating);
      JobDescription description = new JobDescription(context::setJobDescription, schedule);
      try (Crews crews = new Crews(factory::crew, factory::evaluator)) {
        return new QatLoop(settings, schedule, crews, milestones, keeper, listeners(), description)
            .run(start, end);
      }
    } finally {
      context.setJobDescription(before);
    }
  }

  private boolean endsJob() {
    return end == END_OF_JOB;
  }

  private TrainingListener listeners() {
    TrainingMetrics metrics = new TrainingMetrics();
    SparkMetrics.show(metrics.registry());
    return new Listeners(List.of(metrics, new HeldRanges(), listener));
  }

  private void warnOfLargerMessages(int tasks) {
    int shards = (settings.worker().shards() + tasks - 1) / tasks;
    GradientEncoding encoding = settings.coding().encoding();
    if (encoding != GradientEncoding.FLOAT32 && shards * encoding.bytes() >= Float.BYTES) {
      LOG.warn(
          "{} saves nothing: each of {} workers sends the gradients of {} shards (use as many"
              + " workers as training.shards, or float32)",
          encoding,
          tasks,
          shards);
    }
  }

  /**
   * Tasks for the shards: as many as can run at once, unless the caller wants another number.
   * Resident workers can never be more than those.
   */
  private int tasks(JavaSparkContext context) {
    int slots = Math.max(SparkInternals.slots(context.sc()), 1);
    boolean resident = exchange.mode() != ExchangeSettings.Mode.JOB_PER_STEP;
    int wanted = workers.orElse(slots);
    return Math.min(resident ? Math.min(wanted, slots) : wanted, settings.worker().shards());
  }

  /** The model of a state. */
  public TrainedModel model(TrainingState state) {
    WorkerSpecification worker = settings.worker(settings.stages().ofNetwork(state.position()));
    return new TrainedModel(
        worker.network(),
        worker.normalization(),
        worker.scheme(),
        state.parameters(),
        state.statistics(),
        state.ranges());
  }
}
