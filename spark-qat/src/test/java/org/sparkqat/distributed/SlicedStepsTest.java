package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.distributed.wire.GradientCoding;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Gate;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** Workers that hold slices give the bits that the driver gives. */
@ExtendWith(SparkTestKit.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlicedStepsTest {

  private static final List<Row> ROWS = TinyJob.rows(300, 1);
  private static final ExchangeSettings SLICES =
      ExchangeSettings.DEFAULT
          .mode(ExchangeSettings.Mode.RESIDENT)
          .slices(ExchangeSettings.Slices.ALWAYS);

  /** Epochs have 9 steps: two windows and a step. */
  private static final int WINDOW = 4;

  private TrainingState reference;

  @BeforeAll
  void trainTheReference(SparkSession spark) {
    reference = expected(spark, TinyJob.settings());
  }

  private static TrainingSettings settings(
      Optimizer optimizer, Clipping clipping, GradientEncoding encoding) {
    TrainingSettings tiny = TinyJob.settings();
    return new TrainingSettings(
        tiny.worker(),
        optimizer,
        tiny.stages(),
        clipping,
        tiny.calibrationSteps(),
        tiny.watch(),
        new GradientCoding(encoding, WINDOW),
        tiny.ranges(),
        tiny.average(),
        tiny.preparations());
  }

  private static TrainingState train(SparkSession spark, QatTrainer trainer) {
    return TinyJob.train(spark, TinyJob.table(spark, ROWS), trainer);
  }

  private static TrainingState expected(SparkSession spark, TrainingSettings settings) {
    ExchangeSettings driver = SLICES.slices(ExchangeSettings.Slices.NEVER);
    return train(spark, new QatTrainer(spark, settings).exchange(driver));
  }

  private static QatTrainer sliced(SparkSession spark, TrainingSettings settings) {
    return new QatTrainer(spark, settings).exchange(SLICES).sliceWindow(WINDOW);
  }

  private static void assertSame(TrainingState state, TrainingState expected) {
    assertThat(state.parameters()).isEqualTo(expected.parameters());
    assertThat(state.slots()).isDeepEqualTo(expected.slots());
    assertThat(state.ranges()).isEqualTo(expected.ranges());
    assertThat(state.statistics()).isEqualTo(expected.statistics());
    assertThat(state.results()).isEqualTo(expected.results());
    assertThat(state.position()).isEqualTo(expected.position());
  }

  static Stream<Arguments> rules() {
    Optimizer adam = new Optimizer.AdamW(0.9, 0.999, 1e-8, 0.01);
    Optimizer sgd = new Optimizer.Sgd(0.9, Optimizer.Nesterov.NESTEROV, 1e-4);
    return Stream.of(
        Arguments.of(sgd, new Clipping(0.2, 0, 0), GradientEncoding.FLOAT32),
        Arguments.of(adam, new Clipping(0, 0.01, 0), GradientEncoding.BFLOAT16),
        Arguments.of(sgd, Clipping.NONE, GradientEncoding.INT8));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void slicesChangeNoBit(
      Optimizer optimizer, Clipping clipping, GradientEncoding encoding, SparkSession spark) {
    TrainingSettings settings = settings(optimizer, clipping, encoding);
    assertSame(train(spark, sliced(spark, settings)), expected(spark, settings));
  }

  @Test
  void theDriverMakesTheStepsInWhichItLooksAtTheWeights(SparkSession spark) {
    QuantizationScheme learned =
        new QuantizationScheme(
            WeightQuantizer.DEFAULT.withRange(WeightRange.LSQ),
            ActivationQuantizer.DEFAULT,
            0,
            List.of());
    TrainingSettings settings =
        TinyJob.settings(learned).watch(new OscillationWatch(0.3, 0.2, 0.25));
    assertSame(train(spark, sliced(spark, settings)), expected(spark, settings));
  }

  @Test
  void aStageThatDivergesWithinAWindowIsTakenBackAlike(SparkSession spark) {
    QuantizationScheme scheme = QuantizationScheme.W8A8;
    Gate gate =
        new Gate(
            OptionalDouble.empty(),
            OptionalDouble.of(100),
            Gate.Reference.PREVIOUS,
            1,
            1e-17,
            Gate.Failure.STOP);
    TrainingSettings settings =
        TinyJob.settings()
            .stages(
                new Stages(
                    List.of(
                        Stage.ofFloat("float", scheme, 1, new LearningRate.Constant(0.1, 0)),
                        Stage.quantized("qat", scheme, 1, new LearningRate.Constant(1e15, 0))
                            .gate(gate))));
    TrainingState expected = expected(spark, settings);
    assertThat(expected.results()).containsEntry("qatStageFailures", 1.0);
    assertSame(train(spark, sliced(spark, settings)), expected);
  }

  @Test
  void oneWorkerHoldsOneSliceAndItsStateComesToTheDriverInEveryWindow(SparkSession spark) {
    List<Integer> kept = new ArrayList<>();
    List<Long> told = new ArrayList<>();
    QatTrainer trainer =
        sliced(spark, TinyJob.settings())
            .workers(1)
            .keeper(
                new StateKeeper() {
                  @Override
                  public void afterSteps(TrainingState state, int steps) {
                    kept.add(state.position().stepOfEpoch());
                    assertThat(state.parameters()).isNotEmpty();
                    assertThat(state.slots()[0]).isNotEmpty();
                  }

                  @Override
                  public void afterEpoch(TrainingState state, double accuracy) {}

                  @Override
                  public void afterPhase(TrainingState state, Position ended, double accuracy) {}
                })
            .listener(
                new TrainingListener() {
                  @Override
                  public void stepDone(StepReport report) {
                    told.add(report.position().step());
                  }
                });
    assertSame(train(spark, trainer), reference);
    assertThat(kept).containsExactly(4, 8, 1, 4, 8, 4, 8);
    assertThat(told).isSorted();
  }

  /** Tasks that run now. */
  private static final class Running extends SparkListener {

    private final Set<Long> tasks = ConcurrentHashMap.newKeySet();

    @Override
    public void onTaskStart(SparkListenerTaskStart start) {
      tasks.add(start.taskInfo().taskId());
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      tasks.remove(end.taskInfo().taskId());
    }
  }

  /** A task is killed every third step: once or twice in a window, and after its last step. */
  @Test
  void lostSlicesAreComputedAgainAndNoStepIsToldTwice(SparkSession spark) {
    Running running = new Running();
    List<Long> told = new ArrayList<>();
    List<Long> killed = new ArrayList<>();
    QatTrainer trainer =
        sliced(spark, TinyJob.settings())
            .listener(
                new TrainingListener() {
                  @Override
                  public void stepDone(StepReport report) {
                    if (Double.isNaN(report.loss())) {
                      return;
                    }
                    told.add(report.position().step());
                    if (report.position().step() % 3 == 1) {
                      Awaitility.await().until(() -> running.tasks.size() == 2);
                      long task = List.copyOf(running.tasks).get(killed.size() % 2);
                      killed.add(task);
                      spark.sparkContext().killTaskAttempt(task, true, "a test");
                    }
                  }
                });
    spark.sparkContext().addSparkListener(running);
    try {
      assertSame(train(spark, trainer), reference);
    } finally {
      spark.sparkContext().removeSparkListener(running);
    }
    assertThat(killed).hasSizeGreaterThan(2);
    assertThat(told).isSorted().doesNotHaveDuplicates().hasSize(27);
  }

  @Test
  void nothingIsLeftBehind(SparkSession spark) {
    var unused = train(spark, sliced(spark, TinyJob.settings()));
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(threads()).isEmpty();
              assertThat(context.statusTracker().getActiveJobIds()).isEmpty();
            });
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("sparkqat"))
        .collect(Collectors.toSet());
  }

  @Test
  void slicesThatCannotBeAreRefused(SparkSession spark) {
    TrainingSettings adaptive =
        settings(
            TinyJob.settings().optimizer(), new Clipping(0, 0, 0.01), GradientEncoding.FLOAT32);
    assertThatThrownBy(() -> train(spark, sliced(spark, adaptive)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid cluster.slices: always (adaptive clipping of the merged gradient needs whole"
                + " rows of weights)");
    QatTrainer jobs =
        sliced(spark, TinyJob.settings()).exchange(SLICES.mode(ExchangeSettings.Mode.JOB_PER_STEP));
    assertThatThrownBy(() -> train(spark, jobs))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid cluster.slices: always (workers do not stay with cluster.exchange:"
                + " job-per-step)");
  }
}
