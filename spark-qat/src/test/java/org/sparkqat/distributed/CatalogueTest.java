package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.worker.Worker;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Checkpoint;
import org.sparkqat.training.CheckpointOrigin;
import org.sparkqat.training.CheckpointRetention;
import org.sparkqat.training.CheckpointStore;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Stage;
import org.sparkqat.training.TrainingState;

/** What neither the cluster nor a restart must change, with every choice that a job can make. */
@ExtendWith(SparkTestKit.class)
class CatalogueTest {

  /** Two steps an epoch, sorted by the class, whose values grow. */
  private static final List<Row> ROWS = TinyJob.rows(70, 1);

  private static final Map<String, TrainingSettings> JOBS = Catalogue.jobs();

  /** Choices that no job of the catalogue makes, and why. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "EngineChoice.ONEDNN", "is what AUTO is where it loads",
          "GradientPrecision.BFLOAT16", "needs a processor that has it: NarrowGradientsTest");

  @TempDir private Path folder;

  static List<String> names() {
    return List.copyOf(JOBS.keySet());
  }

  /**
   * Alone with a job a step; by two resident workers that hold slices, the data shuffled; from a
   * checkpoint on by three tasks.
   */
  @ParameterizedTest
  @MethodSource("names")
  void noClusterNoOrderOfTheDataAndNoRestartChangeABit(String name, SparkSession spark) {
    TrainingSettings settings = JOBS.get(name);
    CheckpointStore store =
        CheckpointStore.open(
            new org.apache.hadoop.fs.Path(folder.toUri()),
            new Configuration(),
            new CheckpointOrigin(Map.of(), "test", ""),
            new CheckpointRetention(100));
    TrainingState alone =
        TinyJob.train(
            spark,
            TinyJob.table(spark, ROWS),
            jobPerStep(spark, settings, 1)
                .keeper(new CheckpointKeeper(store, settings.stages(), 1)));

    List<Row> shuffled = new ArrayList<>(ROWS);
    Collections.shuffle(shuffled, new Random(3));
    QatTrainer together =
        new QatTrainer(spark, settings)
            .workers(2)
            .exchange(
                ExchangeSettings.DEFAULT
                    .mode(ExchangeSettings.Mode.RESIDENT)
                    .slices(slices(settings)));
    assertSame(
        TinyJob.train(spark, TinyJob.table(spark, shuffled).repartition(3), together), alone);

    List<String> checkpoints = store.names();
    TrainingState resumed =
        jobPerStep(spark, settings, 3)
            .milestones(tag -> store.tagged(tag).map(Checkpoint::state))
            .train(
                store.named(checkpoints.get(checkpoints.size() / 2)).state(),
                TinyJob.data(TinyJob.table(spark, ROWS).repartition(2)),
                TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2))));
    assertSame(resumed, alone);
    assertThat(alone.results()).containsKeys("ptqAccuracy", "qatAccuracy");
    boolean fails = settings.stages().all().stream().anyMatch(stage -> stage.gate().isPresent());
    assertThat(alone.results().containsKey("failsStageFailures")).isEqualTo(fails);
    assertIntegersAreThoseOfTheNetwork(settings, alone);
  }

  private static QatTrainer jobPerStep(SparkSession spark, TrainingSettings settings, int workers) {
    return new QatTrainer(spark, settings)
        .workers(workers)
        .exchange(ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP));
  }

  /** Adaptive clipping of the merged gradient needs whole rows of weights. */
  private static ExchangeSettings.Slices slices(TrainingSettings settings) {
    return settings.clipping().adaptive() > 0
        ? ExchangeSettings.Slices.NEVER
        : ExchangeSettings.Slices.ALWAYS;
  }

  private static void assertSame(TrainingState state, TrainingState expected) {
    assertThat(state.parameters()).isEqualTo(expected.parameters());
    assertThat(state.statistics()).isEqualTo(expected.statistics());
    assertThat(state.ranges()).isEqualTo(expected.ranges());
    assertThat(state.results()).isEqualTo(expected.results());
    assertThat(state.position()).isEqualTo(expected.position());
  }

  /** Where the network has a form of integers alone, its outputs are those of evaluation. */
  private static void assertIntegersAreThoseOfTheNetwork(
      TrainingSettings settings, TrainingState state) {
    Stage stage = settings.stages().ofNetwork(state.position());
    WorkerSpecification specification = settings.worker(stage);
    QuantizedGraph graph =
        QuantizedGraph.of(BlockGraph.of(specification.network()), stage.scheme());
    boolean isNarrow = bits(stage.scheme()).allMatch(bits -> bits <= 8);
    if (graph.obstacleToIntegers().isPresent() || !isNarrow) {
      return;
    }
    StepOrder order =
        StepOrder.ofInference(
            Arithmetic.QUANTIZED, state.parameters(), state.statistics(), state.ranges());
    Random random = new Random(11);
    try (Worker worker = new Worker(specification)) {
      for (int i = 0; i < worker.raw().length; i++) {
        worker.raw()[i] = random.nextInt(256);
      }
      float[] expected = worker.infer(order).clone();
      Rounding rounding = stage.scheme().integerTrue().orElse(Rounding.FLOAT_HALF_EVEN);
      IntegerModel integers = worker.integers(order, rounding);
      float[] outputs = new float[expected.length];
      integers.infer(worker.raw(), outputs);
      assertThat(outputs).isEqualTo(expected);
    }
  }

  /** Bits of all weights and activations that a scheme speaks of. */
  private static Stream<Integer> bits(QuantizationScheme scheme) {
    return Stream.concat(
        weightBits(scheme, WeightQuantizer::bits).boxed(),
        activationBits(scheme, ActivationQuantizer::bits).boxed());
  }

  private static IntStream weightBits(
      QuantizationScheme scheme, Function<WeightQuantizer, Integer> of) {
    return Stream.concat(
            Stream.of(scheme.weights()),
            scheme.rules().stream().flatMap(rule -> rule.weights().stream()))
        .mapToInt(of::apply);
  }

  private static IntStream activationBits(
      QuantizationScheme scheme, Function<ActivationQuantizer, Integer> of) {
    return Stream.concat(
            Stream.of(scheme.activations()),
            scheme.rules().stream()
                .map(QuantizationRule::activations)
                .flatMap(activations -> activations.stream()))
        .mapToInt(of::apply);
  }

  /** A new constant, or a new member of a closed family, belongs into the catalogue. */
  @Test
  void theCatalogueNamesEveryChoiceThatAJobHas() {
    Set<String> named = new TreeSet<>(ELSEWHERE.keySet());
    JOBS.values().forEach(job -> named.addAll(Choices.in(job)));
    Set<String> missing = Choices.of(TrainingSettings.class);
    missing.removeAll(named);
    assertThat(missing).isEmpty();
    assertThat(Choices.of(TrainingSettings.class))
        .contains("Rounding.FLOAT_HALF_EVEN", "LeastDivergence", "Blend", "OneCycle");
  }

  @Test
  void theCatalogueHasEveryNumberOfBitsAndEveryWayToClip() {
    Set<Integer> weights = new TreeSet<>();
    Set<Integer> activations = new TreeSet<>();
    for (TrainingSettings job : JOBS.values()) {
      for (Stage stage : job.stages().all()) {
        weightBits(stage.scheme(), WeightQuantizer::bits).forEach(weights::add);
        activationBits(stage.scheme(), ActivationQuantizer::bits).forEach(activations::add);
      }
    }
    Set<Integer> all = IntStream.rangeClosed(1, 16).boxed().collect(Collectors.toSet());
    assertThat(weights).isEqualTo(all);
    assertThat(activations).isEqualTo(all);
    requireClipping(TrainingSettings::clipping);
    requireClipping(job -> job.worker().clipping());
  }

  private static void requireClipping(Function<TrainingSettings, Clipping> of) {
    List<Clipping> all = JOBS.values().stream().map(of).toList();
    assertThat(all).anyMatch(by -> by.norm() > 0);
    assertThat(all).anyMatch(by -> by.value() > 0);
    assertThat(all).anyMatch(by -> by.adaptive() > 0);
  }
}
