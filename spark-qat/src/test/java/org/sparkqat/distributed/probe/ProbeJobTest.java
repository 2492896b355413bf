package org.sparkqat.distributed.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.analysis.Calibration;
import org.sparkqat.analysis.Hutchinson.Trace;
import org.sparkqat.analysis.LayerSchemes;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.analysis.SensitivityGrid;
import org.sparkqat.analysis.Variant;
import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.analysis.Variant.Scope;
import org.sparkqat.data.ExampleSchema;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.TinyJob;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.tensor.Shape;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Loss;

@ExtendWith(SparkTestKit.class)
class ProbeJobTest {

  private static final int EXAMPLES = 96;

  private record Found(List<Measurement> grid, List<double[]> hessian, double[] squares) {}

  private static Found probe(SparkSession spark, Dataset<Row> table, int partitions) {
    WorkerSpecification worker = TinyJob.settings().worker();
    float[] parameters = Initialization.parameters(worker.network(), worker.seed());
    float[] statistics = Initialization.statistics(worker.network());
    LayerSchemes schemes = new LayerSchemes(worker.network(), worker.scheme());
    List<Integer> done = Collections.synchronizedList(new ArrayList<>());
    try (ShardedDataset data = TinyJob.data(table.repartition(partitions));
        ProbeJob job =
            new ProbeJob(
                spark,
                worker,
                parameters,
                statistics,
                SampledExamples.of(data, EXAMPLES, worker.microBatch()),
                (tasks, of) -> done.add(of - tasks))) {
      Calibration calibration = job.calibrate(schemes);
      List<Variant> variants = variants(schemes);
      List<QuantizationScheme> all =
          new ArrayList<>(variants.stream().map(schemes::scheme).toList());
      List<Measurement> grid = job.evaluate(all, calibration);
      assertThat(done).contains(0);
      assertThat(job.evaluate(all.subList(3, 4), calibration)).containsExactly(grid.get(3));
      return new Found(grid, job.hessian(2, 0.01), job.squaredGradients());
    }
  }

  private static List<Variant> variants(LayerSchemes schemes) {
    return SensitivityGrid.of(
        schemes, List.of(8, 3), EnumSet.allOf(Part.class), EnumSet.allOf(Scope.class));
  }

  private static List<Row> rows() {
    return TinyJob.rows(100, 1);
  }

  private static Found first;

  @BeforeAll
  static void probeOnce() {
    SparkSession spark = SparkTestKit.session();
    first = probe(spark, TinyJob.table(spark, rows()), 1);
  }

  @Test
  void theOrderOfTheDataAndItsPartitionsChangeNoBit(SparkSession spark) {
    List<Row> shuffled = new ArrayList<>(rows());
    Collections.shuffle(shuffled, new Random(3));
    Found second = probe(spark, TinyJob.table(spark, shuffled), 3);
    assertThat(second.grid()).isEqualTo(first.grid());
    assertThat(second.hessian()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      assertThat(second.hessian().get(i)).isEqualTo(first.hessian().get(i)).hasSize(3);
    }
    assertThat(second.squares()).isEqualTo(first.squares());
  }

  @Test
  void fewerBitsMakeMoreNoise() {
    LayerSchemes schemes = new LayerSchemes(TinyJob.network(), QuantizationScheme.W8A8);
    List<Variant> variants = variants(schemes);
    List<Measurement> grid = first.grid();
    for (int i = 0; i < variants.size(); i++) {
      Variant at = variants.get(i);
      assertThat(grid.get(i).noise()).as("%s", at).isPositive();
      assertThat(grid.get(i).signal()).isPositive();
      if (at.bits() == 8) {
        int fewer = variants.indexOf(new Variant(at.layer(), at.part(), 3, at.scope()));
        assertThat(grid.get(fewer).noise()).as("%s", at).isGreaterThan(grid.get(i).noise());
      }
    }
    assertThat(schemes.layers()).containsExactly("input", "conv1", "conv2", "sum", "fc");
  }

  @Test
  void learnedAndDynamicRangesAreCalibratedToo(SparkSession spark) {
    WeightQuantizer weights = WeightQuantizer.DEFAULT.withRange(WeightRange.LSQ);
    ActivationQuantizer learned = ActivationQuantizer.DEFAULT.withRange(ActivationRange.LSQ);
    ActivationQuantizer dynamic = ActivationQuantizer.DEFAULT.withRange(ActivationRange.DYNAMIC);
    QuantizationScheme scheme =
        new QuantizationScheme(
            weights,
            learned,
            0,
            List.of(new QuantizationRule("conv1", Optional.empty(), Optional.of(dynamic))));
    WorkerSpecification worker = TinyJob.settings(scheme).worker();
    LayerSchemes schemes = new LayerSchemes(worker.network(), worker.scheme());
    assertThat(schemes.graph().learnsRanges()).isFalse();
    List<Variant> variants =
        List.of(
            new Variant("conv1", Part.BOTH, 4, Scope.ONE),
            new Variant("fc", Part.WEIGHTS, 4, Scope.ALL_BUT));
    try (ShardedDataset data = TinyJob.data(TinyJob.table(spark, rows()));
        ProbeJob job =
            new ProbeJob(
                spark,
                worker,
                Initialization.parameters(worker.network(), worker.seed()),
                Initialization.statistics(worker.network()),
                SampledExamples.of(data, 16, worker.microBatch()),
                (tasks, of) -> {})) {
      assertThat(
              job.evaluate(variants.stream().map(schemes::scheme).toList(), job.calibrate(schemes)))
          .allSatisfy(found -> assertThat(found.sqnr()).isBetween(0.0, 60.0));
    }
  }

  /**
   * Softmax regression has the exact Hessian {@code (diag(p) - p p') x x'} of each example, whose
   * trace is {@code sum_k p_k (1 - p_k) |x|^2}.
   */
  @Test
  void hutchinsonsTraceIsThatOfTheExactHessian(SparkSession spark) {
    Shape shape = new Shape(1, 6, 6);
    Network network =
        Network.builder("linear", shape)
            .add("flatten", new Layer.Flatten())
            .add("fc", new Layer.FullyConnected(3, Bias.WITH))
            .build();
    WorkerSpecification worker =
        new WorkerSpecification(
            network,
            InputNormalization.of(shape, 255, new double[] {0.5}, new double[] {0.25}),
            QuantizationScheme.W8A8,
            new Loss.SoftmaxCrossEntropy(0),
            new Clipping(0, 0, 0),
            List.of(),
            3,
            4,
            8,
            7,
            EngineChoice.AUTO);
    float[] parameters = Initialization.parameters(network, 7);
    ExampleSchema schema = new ExampleSchema(List.of("image"), "label", Optional.empty(), shape, 3);
    try (ShardedDataset data =
        ShardedDataset.prepare(TinyJob.table(spark, TinyJob.rows(40, 1)), schema, 8, 7)) {
      SampledExamples sample = SampledExamples.of(data, 40, 4);
      try (ProbeJob job =
          new ProbeJob(spark, worker, parameters, new float[0], sample, (done, of) -> {})) {
        List<Double> estimates = new ArrayList<>();
        job.hessian(60, 0.01).forEach(each -> estimates.add(each[0]));
        Trace trace = Trace.of(estimates);
        double exact = exactTrace(parameters, sample);
        assertThat(trace.mean()).isCloseTo(exact, within(4 * trace.error() + 1e-3 * exact));
        assertThat(trace.error()).isLessThan(exact / 4);
      }
    }
  }

  private static double exactTrace(float[] parameters, SampledExamples sample) {
    int inputs = sample.raw().length / sample.size();
    double trace = 0;
    for (int n = 0; n < sample.size(); n++) {
      double[] powers = new double[3];
      double squares = 0;
      double sum = 0;
      for (int k = 0; k < 3; k++) {
        double logit = parameters[3 * inputs + k];
        for (int i = 0; i < inputs; i++) {
          double x = (sample.raw()[n * inputs + i] / 255.0 - 0.5) / 0.25;
          logit += parameters[k * inputs + i] * x;
          squares += k == 0 ? x * x : 0;
        }
        powers[k] = Math.exp(logit);
        sum += powers[k];
      }
      for (double power : powers) {
        trace += power / sum * (1 - power / sum) * squares;
      }
    }
    return trace / sample.size();
  }
}
