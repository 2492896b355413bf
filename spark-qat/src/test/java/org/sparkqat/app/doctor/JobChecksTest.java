package org.sparkqat.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.sparkqat.data.DataKryoRegistrator;
import org.sparkqat.data.DataScan;
import org.sparkqat.distributed.TrainingSettings;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Loss;
import org.sparkqat.training.Optimizer;

class JobChecksTest {

  private static final long MIB = 1L << 20;
  private static final Shape SHAPE = new Shape(1, 28, 28);
  private static final InputNormalization NORMALIZATION =
      InputNormalization.of(SHAPE, 255, new double[] {0.13}, new double[] {0.31});
  private static final StepCost COST =
      new StepCost(
          new StepCost.Mode(2, 10 * MIB, MIB), new StepCost.Mode(3, 8 * MIB, MIB), 1, true);

  private static TrainingSettings settings(EngineChoice engine) {
    return new TrainingSettings(
        new WorkerSpecification(
            Zoo.network("lenet5", SHAPE, 10),
            NORMALIZATION,
            QuantizationScheme.W8A8,
            new Loss.SoftmaxCrossEntropy(0),
            Clipping.NONE,
            List.of(),
            10,
            4,
            8,
            1,
            engine),
        new Optimizer.Sgd(0.9, Optimizer.Nesterov.NONE, 0),
        new LearningRate.Constant(0.1, 0),
        new LearningRate.Constant(0.01, 0),
        Clipping.NONE,
        2,
        5,
        1,
        TrainingSettings.NEVER);
  }

  private static Finding serializer(SparkConf conf) {
    return new SerializerCheck(conf).find();
  }

  @Test
  void theSerializerCarriesExamplesWhereTheRegistratorIsNamed() {
    SparkConf conf = new SparkConf(false).set("spark.app.name", "test");
    String name = "spark.kryo.registrator";
    assertThat(serializer(conf.clone().set(name, DataKryoRegistrator.class.getName())).status())
        .isEqualTo(Status.OK);
    Finding forgotten = serializer(conf);
    assertThat(forgotten.status()).isEqualTo(Status.FAIL);
    assertThat(forgotten.detail()).contains("not registered", "KeyedExample");
    Finding absent = serializer(conf.clone().set(name, "org.example.Missing"));
    assertThat(absent.status()).isEqualTo(Status.FAIL);
    assertThat(absent.detail()).contains("org.example.Missing");
  }

  private static DataScan scan(
      long rows, long bad, List<Long> classes, double featureMax, long repeated) {
    List<String> mistakes = bad == 0 ? List.of() : List.of("Invalid label 'label': 12");
    return new DataScan(rows, bad, mistakes, classes, 0, 9, 0, featureMax, 788, repeated);
  }

  private static Finding data(DataScan scan) {
    return new DataCheck(scan, "training.batch-size", 32, NORMALIZATION).find();
  }

  @Test
  void goodDataIsCounted() {
    Finding finding = data(scan(2000, 0, List.of(1200L, 800L), 255, 0));
    assertThat(finding.status()).isEqualTo(Status.OK);
    assertThat(finding.detail())
        .isEqualTo("2,000 rows, labels 0 to 9, values 0 to 255, 800 to 1,200 rows a class");
    assertThat(finding.figures()).containsEntry("rows", 2000L).containsEntry("featureMax", 255.0);
  }

  @Test
  void dataThatATrainingWouldRefuseFails() {
    assertThat(data(scan(0, 0, List.of(), 0, 0)).status()).isEqualTo(Status.FAIL);
    Finding bad = data(scan(100, 3, List.of(50L, 47L), 255, 0));
    assertThat(bad.status()).isEqualTo(Status.FAIL);
    assertThat(bad.detail()).isEqualTo("3 of 100 rows are of no use: Invalid label 'label': 12");
    Finding few = data(scan(31, 0, List.of(16L, 15L), 255, 0));
    assertThat(few.status()).isEqualTo(Status.FAIL);
    assertThat(few.remedy()).contains("training.batch-size");
  }

  @Test
  void dataThatIsLikelyAMistakeWarns() {
    assertWarns(scan(100, 0, List.of(50L, 0L, 50L), 255, 0), "no example of class 1");
    assertWarns(scan(100, 0, List.of(95L, 5L), 255, 0), "5 to 95 rows a class");
    assertWarns(scan(100, 0, List.of(50L, 50L), 255, 7), "7 keys are those of several rows");
    assertWarns(scan(100, 0, List.of(50L, 50L), 65_535, 0), "normalized, up to");
    assertWarns(scan(100, 0, List.of(50L, 50L), 0, 0), "nothing to learn");
  }

  private static void assertWarns(DataScan scan, String detail) {
    Finding finding = data(scan);
    assertThat(finding.status()).as(finding.detail()).isEqualTo(Status.WARNING);
    assertThat(finding.detail()).contains(detail);
    assertThat(finding.remedy()).isNotBlank();
  }

  @Test
  void theTimeIsThatOfAllStepsAndEvaluationsOnTheWorkers() {
    TrainingSettings settings = settings(EngineChoice.AUTO);
    // 100 steps an epoch; 4 of 8 shards a worker; 10 micro-batches a shard to evaluate.
    TimeCheck resident = new TimeCheck(COST, settings, 3200, 320, 2, true);
    double training = 100 * (2 * (4 * 2 + 8) + (4 * 3 + 8)) + 5 * (4 * 1 + 8);
    double evaluations = 4 * (4 * 10 * 1 + 100);
    assertThat(resident.seconds()).isEqualTo((training + evaluations) / 1000, within(1e-9));
    Finding finding = resident.find();
    assertThat(finding.status()).isEqualTo(Status.OK);
    assertThat(finding.detail())
        .isEqualTo("about 6 s: a step of 32 examples takes about 16 ms in float, 20 ms quantized");
    TimeCheck jobs = new TimeCheck(COST, settings, 3200, 320, 2, false);
    assertThat(jobs.seconds()).isGreaterThan(resident.seconds() + 27);
  }

  @Test
  void memoryIsEnoughOrTheSettingThatGivesMoreIsNamed() {
    TrainingSettings settings = settings(EngineChoice.AUTO);
    MemoryNeed need = MemoryNeed.of(settings, COST, 100 * MIB, 4, 2);
    assertThat(need.tasks()).isEqualTo(2);
    assertThat(need.shards()).isEqualTo(50 * MIB);
    assertThat(need.executorNative()).isEqualTo(220 * MIB);

    assertMemory(need, limits(1024, 1024, 384), Status.OK, "an executor (2 tasks)", "");
    assertMemory(need, limits(100, 1024, 384), Status.FAIL, "the driver needs", "--driver-memory");
    assertMemory(need, limits(1024, 100, 384), Status.FAIL, "an executor", "--executor-memory");
    assertMemory(
        need, limits(1024, 1024, 200), Status.FAIL, "outside its heap", "memoryOverhead=256m");
    assertMemory(need, limits(1024, 3900, 0), Status.WARNING, "the machine has 4,096 MiB", "swap");
    MemoryNeed large = MemoryNeed.of(settings, COST, 10_000 * MIB, 4, 2);
    assertMemory(large, limits(1024, 1024, 384), Status.WARNING, "go to the local disk", "");
  }

  @Test
  void onOneMachineTheDriverHoldsItAll() {
    MemoryNeed need = MemoryNeed.of(settings(EngineChoice.AUTO), COST, MIB, 2, 1);
    MemoryLimits small = new MemoryLimits(300 * MIB, 300 * MIB, 0, 4096 * MIB, true);
    assertThat(new MemoryCheck(need, small).find().status()).isEqualTo(Status.FAIL);
  }

  private static MemoryLimits limits(long driver, long executor, long overhead) {
    return new MemoryLimits(driver * MIB, executor * MIB, overhead * MIB, 4096 * MIB, false);
  }

  private static void assertMemory(
      MemoryNeed need, MemoryLimits limits, Status status, String detail, String remedy) {
    Finding finding = new MemoryCheck(need, limits).find();
    assertThat(finding.status()).as(finding.detail()).isEqualTo(status);
    assertThat(finding.detail()).contains(detail);
    assertThat(finding.remedy()).contains(remedy);
  }

  @Test
  void theOverheadIsWhatSparkAsksFor() {
    SparkConf conf = new SparkConf(false);
    assertThat(MemoryLimits.overhead(conf)).isEqualTo(384 * MIB);
    conf.set("spark.executor.memory", "10g");
    assertThat(MemoryLimits.overhead(conf)).isEqualTo(1024 * MIB);
    conf.set("spark.executor.memoryOverheadFactor", "0.2");
    assertThat(MemoryLimits.overhead(conf)).isEqualTo(2048 * MIB);
    conf.set("spark.executor.memoryOverhead", "3g");
    assertThat(MemoryLimits.overhead(conf)).isEqualTo(3072 * MIB);
  }

  @Test
  void aTrialTimesTheNetworkOfTheJob() {
    StepCost cost = new StepTrial(settings(EngineChoice.REFERENCE).worker()).run();
    assertThat(cost.floating().millis()).isPositive();
    assertThat(cost.quantized().millis()).isPositive();
    assertThat(cost.evaluationMillis()).isPositive();
    assertThat(cost.isNative()).isFalse();
    assertThat(cost.heapBytes()).isPositive();
  }
}
