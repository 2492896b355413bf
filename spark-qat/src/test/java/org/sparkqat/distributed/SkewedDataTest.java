package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.DoubleSummaryStatistics;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Histogram;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingState;

/**
 * Data that are sorted by their scale, so that each partition has another one.
 *
 * <p>What is promised is more than ranges that agree: which example is in which shard, and when an
 * epoch visits it, is a function of the seed and of the set of examples (docs/data.md), never of
 * their order or partitions. So every batch is the same batch, and ranges after calibration and
 * weights after training have the same bits, with every observer, on every cluster.
 */
@ExtendWith(SparkTestKit.class)
class SkewedDataTest {

  private static final int PARTITIONS = 4;
  private static final int STEPS = 4;

  /** Four global batches, all of which calibrate. */
  private static final List<Row> SORTED =
      SkewedRows.sorted(STEPS * TinyJob.SHARDS * TinyJob.MICRO_BATCH, 1);

  private static final List<Row> TEST = SkewedRows.sorted(60, 2);
  private static final Map<String, QuantizationScheme> SCHEMES = schemes();

  private static Map<String, QuantizationScheme> schemes() {
    Map<String, QuantizationScheme> schemes = new TreeMap<>();
    for (Observer observer :
        List.of(
            new Observer.MinMax(),
            new Observer.MovingAverage(0.01),
            new Observer.Percentile(0.99),
            new Observer.LeastSquares(),
            new Observer.LeastDivergence())) {
      schemes.put(Observer.Kind.of(observer).name(), SchemeCatalogue.observed(6, observer));
    }
    schemes.put(
        "MEAN_SQUARED_ERROR per channel",
        new QuantizationScheme(
            WeightQuantizer.DEFAULT.withBits(6),
            new ActivationQuantizer(
                CodeFormat.unsigned(6), Granularity.PER_CHANNEL, new Observer.LeastSquares()),
            0,
            List.of()));
    return schemes;
  }

  static List<String> names() {
    return List.copyOf(SCHEMES.keySet());
  }

  /** The tiny job on real numbers as they are, nothing of which augmentation cuts off. */
  private static TrainingSettings settings(QuantizationScheme scheme) {
    TrainingSettings tiny = TinyJob.settings(scheme);
    WorkerSpecification of = tiny.worker();
    WorkerSpecification worker =
        new WorkerSpecification(
            of.network(),
            InputNormalization.identity(1),
            scheme,
            of.loss(),
            of.clipping(),
            List.of(),
            of.classes(),
            of.microBatch(),
            of.shards(),
            of.seed(),
            EngineChoice.AUTO);
    return new TrainingSettings(
        worker,
        tiny.optimizer(),
        tiny.stages().get(0).learningRate(),
        tiny.stages().get(1).learningRate(),
        tiny.clipping(),
        1,
        STEPS,
        2,
        1);
  }

  private record Trained(Ranges calibrated, TrainingState end) {}

  private static Trained train(
      SparkSession spark,
      TrainingSettings settings,
      Dataset<Row> table,
      int workers,
      ExchangeSettings.Mode mode) {
    KeptStates states = new KeptStates();
    TrainingState end =
        new QatTrainer(spark, settings)
            .workers(workers)
            .exchange(ExchangeSettings.DEFAULT.mode(mode))
            .keeper(states)
            .train(SkewedRows.data(table), SkewedRows.data(SkewedRows.table(spark, TEST)));
    Ranges calibrated =
        states.stream()
            .filter(state -> state.position().phase() == Phase.QAT)
            .findFirst()
            .orElseThrow()
            .ranges();
    return new Trained(calibrated, end);
  }

  private static void assertSame(Trained actual, Trained expected) {
    assertThat(actual.calibrated()).isEqualTo(expected.calibrated());
    assertThat(actual.end().ranges()).isEqualTo(expected.end().ranges());
    assertThat(actual.end().parameters()).isEqualTo(expected.end().parameters());
    assertThat(actual.end().statistics()).isEqualTo(expected.end().statistics());
    assertThat(actual.end().results()).isEqualTo(expected.end().results());
  }

  @ParameterizedTest
  @MethodSource("names")
  void neitherRangesNorWeightsDependOnWhereTheLargeRowsAre(String name, SparkSession spark) {
    TrainingSettings settings = settings(SCHEMES.get(name));
    Trained alone =
        train(
            spark,
            settings,
            SkewedRows.byScale(spark, SORTED, 1),
            1,
            ExchangeSettings.Mode.JOB_PER_STEP);

    assertSame(
        train(
            spark,
            settings,
            SkewedRows.byScale(spark, SORTED, PARTITIONS),
            2,
            ExchangeSettings.Mode.RESIDENT),
        alone);
    List<Row> shuffled = new ArrayList<>(SORTED);
    Collections.shuffle(shuffled, new Random(3));
    assertSame(
        train(
            spark,
            settings,
            SkewedRows.table(spark, shuffled).repartition(3),
            3,
            ExchangeSettings.Mode.JOB_PER_STEP),
        alone);
    try (ShardedDataset data = SkewedRows.data(SkewedRows.table(spark, SORTED))) {
      // The calibration visits the data for the second time.
      List<Range> batches = SkewedRows.batches(data, 1, STEPS);
      assertIsOfAllRows(settings, alone.calibrated(), batches);
    }
  }

  /** The range of the input is that of all rows, and not of those that one partition has. */
  private static void assertIsOfAllRows(
      TrainingSettings settings, Ranges calibrated, List<Range> batches) {
    WorkerSpecification worker = settings.worker();
    QuantizationPoint input =
        QuantizedGraph.of(BlockGraph.of(worker.network()), worker.scheme()).input().orElseThrow();
    assertThat(input.slots()).isEqualTo(1);
    Range range = calibrated.range(input.firstSlot());
    int part = SORTED.size() / PARTITIONS;
    Range ofAll = byHand(input.quantizer(), SORTED);
    Range ofOthers = byHand(input.quantizer(), SORTED.subList(0, SORTED.size() - part));
    if (input.quantizer().observer() instanceof Observer.MovingAverage) {
      assertIsTheMean(range, batches);
    } else {
      assertThat(range).isEqualTo(ofAll);
    }
    assertThat(width(range)).isGreaterThan(2 * width(ofOthers));
  }

  /** Of the first observations a moving average is the mean; each rounds it to float once. */
  private static void assertIsTheMean(Range range, List<Range> batches) {
    double min = batches.stream().mapToDouble(Range::min).average().orElseThrow();
    double max = batches.stream().mapToDouble(Range::max).average().orElseThrow();
    double rounding = batches.size() * 0x1p-24 * Math.max(-min, max);
    assertThat((double) range.min()).isCloseTo(min, within(rounding));
    assertThat((double) range.max()).isCloseTo(max, within(rounding));
  }

  private static double width(Range range) {
    return (double) range.max() - range.min();
  }

  /** The range that an observer finds which sees all values of some rows at once. */
  private static Range byHand(ActivationQuantizer quantizer, List<Row> rows) {
    float[] values = SkewedRows.values(rows);
    Range whole = Range.EMPTY;
    for (float value : values) {
      whole = whole.union(new Range(value, value));
    }
    long[] counts = new long[Histogram.BINS];
    Histogram.count(whole, values, 0, values.length, counts, 0);
    return quantizer.observer() instanceof Observer.Fitted fitted
        ? fitted.fitted(new Histogram(whole, counts), quantizer.format())
        : whole;
  }

  /** Otherwise the other tests would tell nothing. */
  @Test
  void everyPartitionHasAScaleOfItsOwn(SparkSession spark) {
    List<Row> table =
        SkewedRows.byScale(spark, SORTED, PARTITIONS)
            .select(functions.spark_partition_id(), functions.col("scale"))
            .collectAsList();
    Map<Integer, DoubleSummaryStatistics> scales =
        table.stream()
            .collect(
                Collectors.groupingBy(
                    row -> row.getInt(0),
                    TreeMap::new,
                    Collectors.summarizingDouble(row -> row.getDouble(1))));
    assertThat(scales).hasSize(PARTITIONS);
    for (int p = 1; p < PARTITIONS; p++) {
      assertThat(scales.get(p).getMin()).isGreaterThan(scales.get(p - 1).getMax());
      assertThat(scales.get(p).getMax()).isGreaterThan(4 * scales.get(p - 1).getMax());
    }
  }

  @Test
  void thereIsNoOtherObserver() {
    Set<Observer.Kind> kinds =
        SCHEMES.values().stream()
            .map(scheme -> Observer.Kind.of(scheme.activations().observer()))
            .collect(Collectors.toSet());
    assertThat(kinds).isEqualTo(EnumSet.allOf(Observer.Kind.class));
  }
}
