package org.sparkqat.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.distributed.cluster.ClusterFacts;
import org.sparkqat.distributed.cluster.ExecutorFacts;
import org.sparkqat.distributed.exchange.ExchangeSettings.Mode;
import org.sparkqat.engine.EngineChoice;

class ClusterChecksTest {

  private static final OptionalInt AUTO = OptionalInt.empty();

  private static AbstractStringAssert<?> assertOk(Finding finding) {
    assertThat(finding.status()).as(finding.detail()).isEqualTo(Status.OK);
    assertThat(finding.remedy()).isEmpty();
    return assertThat(finding.detail());
  }

  private static AbstractStringAssert<?> assertWarns(Finding finding) {
    assertThat(finding.status()).as(finding.detail()).isEqualTo(Status.WARNING);
    assertThat(finding.remedy()).isNotBlank();
    return assertThat(finding.detail());
  }

  private static AbstractStringAssert<?> assertFails(Finding finding) {
    assertThat(finding.status()).as(finding.detail()).isEqualTo(Status.FAIL);
    assertThat(finding.remedy()).isNotBlank();
    return assertThat(finding.detail());
  }

  @Test
  void aSupportedSparkIsFineAndAnotherOneIsRefusedWithTheReason() {
    assertOk(new VersionCheck(17, "4.1.0", "2.13.17", Optional.empty()).find())
        .isEqualTo("Java 17, Spark 4.1.0, Scala 2.13.17");
    assertFails(new VersionCheck(17, "4.0.0", "2.13.16", Optional.of("see SPARK-52259")).find())
        .contains("Spark 4.0.0", "SPARK-52259");
    assertFails(new VersionCheck(11, "4.1.0", "2.13.17", Optional.empty()).find());
    assertWarns(new VersionCheck(25, "4.1.0", "2.13.17", Optional.empty()).find());
  }

  @Test
  void sparkConnectIsNamedWhereverItIsConfigured() {
    assertThat(SparkContextCheck.connect(Map.of("spark.master", "yarn"), Map.of())).isEmpty();
    assertThat(SparkContextCheck.connect(Map.of("spark.remote", "sc://host"), Map.of()))
        .contains("spark.remote is set");
    assertThat(SparkContextCheck.connect(Map.of("spark.api.mode", "Connect"), Map.of()))
        .contains("spark.api.mode is connect");
    assertThat(SparkContextCheck.connect(Map.of(), Map.of("SPARK_REMOTE", "sc://host")))
        .contains("SPARK_REMOTE is set");

    assertOk(new SparkContextCheck(Optional.empty(), Optional.of("yarn")).find())
        .isEqualTo("SparkContext at yarn");
    Finding connect =
        new SparkContextCheck(Optional.of("SPARK_REMOTE is set"), Optional.empty()).find();
    assertFails(connect).contains("Spark Connect", "SPARK_REMOTE");
    assertThat(connect.remedy()).contains("dedicated", "serverless");
    assertFails(new SparkContextCheck(Optional.empty(), Optional.empty()).find());
  }

  @Test
  void slotsAreComparedWithShardsAndWorkers() {
    SlotsCheck healthy = new SlotsCheck(Facts.cluster(2, 4), 8, AUTO, Mode.AUTO);
    assertOk(healthy.find()).isEqualTo("8 slots on 2 executors, 8 shards, 8 workers");
    assertThat(healthy.count()).isEqualTo(8);
    assertOk(new SlotsCheck(Facts.cluster(1, 2), 0, AUTO, Mode.AUTO).find())
        .isEqualTo("2 slots on 1 executor");

    assertFails(new SlotsCheck(Facts.cluster(0, 0), 8, AUTO, Mode.AUTO).find())
        .startsWith("0 slots");
    SlotsCheck idle = new SlotsCheck(Facts.cluster(3, 4), 8, AUTO, Mode.AUTO);
    assertWarns(idle.find()).endsWith("slots stay idle");
    assertThat(idle.count()).isEqualTo(8);
    assertWarns(new SlotsCheck(Facts.cluster(3, 1), 8, AUTO, Mode.AUTO).find())
        .contains("some workers have more shards");
    SlotsCheck many = new SlotsCheck(Facts.cluster(2, 1), 8, OptionalInt.of(4), Mode.RESIDENT);
    assertWarns(many.find()).contains("2 workers instead of 4");
  }

  @Test
  void missingAndSilentExecutorsAreCounted() {
    ClusterFacts two = Facts.cluster(2, 2);
    ClusterFacts fewer = new ClusterFacts(4, 3, two.driver(), two.executors(), 0, Optional.empty());
    assertWarns(new SlotsCheck(fewer, 8, AUTO, Mode.AUTO).find()).contains("of 3 asked for");
    ClusterFacts silent =
        new ClusterFacts(4, 0, two.driver(), two.executors(), 1, Optional.empty());
    assertWarns(new SlotsCheck(silent, 8, AUTO, Mode.AUTO).find()).contains("1 more ran no task");
  }

  @Test
  void nativesMustLoadEverywhereWhereTheyAreAskedFor() {
    ExecutorFacts good = Facts.executor("1", "avx2");
    ExecutorFacts bad = Facts.withoutNatives("2");
    assertOk(new NativesCheck(List.of(good, good), EngineChoice.ONEDNN).find())
        .isEqualTo("oneDNN loads on every executor");
    assertFails(new NativesCheck(List.of(bad), EngineChoice.ONEDNN).find())
        .contains("executor 2 on host2", "Linux amd64", "no jnidnnl");
    assertWarns(new NativesCheck(List.of(bad), EngineChoice.AUTO).find())
        .contains("kernels in Java");
    assertFails(new NativesCheck(List.of(good, bad), EngineChoice.AUTO).find())
        .contains("1 of 2", "other bits");
    assertWarns(new NativesCheck(List.of(bad), EngineChoice.REFERENCE).find())
        .contains("reference");
    assertThat(new NativesCheck(List.of(), EngineChoice.AUTO).find().status())
        .isEqualTo(Status.SKIPPED);
  }

  @Test
  void executorsMustHaveOneInstructionSet() {
    ExecutorFacts driver = Facts.executor("driver", "avx512_core_vnni");
    ExecutorFacts same = Facts.executor("1", "avx512_core_vnni");
    ExecutorFacts other = Facts.executor("2", "avx2");
    assertOk(sets(driver, Optional.empty(), same, same))
        .isEqualTo("avx512_core_vnni on driver and executors");
    assertOk(sets(driver, Optional.empty(), other))
        .contains("avx2 on all executors", "computes no step");
    Finding mixed = sets(driver, Optional.empty(), same, other, other);
    assertFails(mixed).isEqualTo("the executors differ: avx2 on 2, avx512_core_vnni on 1");
    assertThat(mixed.remedy()).contains("training.instruction-set");
    assertOk(sets(driver, Optional.of("avx2"), other, other));
    assertFails(sets(driver, Optional.of("avx512_core_vnni"), same, other))
        .isEqualTo("executor 2 on host2 has avx2, training.instruction-set wants avx512_core_vnni");
    assertOk(
        new InstructionSetCheck(
                driver, List.of(same, other), Optional.empty(), EngineChoice.REFERENCE)
            .find());
    assertThat(mixed.figures())
        .containsEntry("executors", Map.of("avx2", 2L, "avx512_core_vnni", 1L));
  }

  private static Finding sets(
      ExecutorFacts driver, Optional<String> wanted, ExecutorFacts... executors) {
    return new InstructionSetCheck(driver, List.of(executors), wanted, EngineChoice.AUTO).find();
  }

  @Test
  void theArithmeticIsNamedWithTheReason() {
    assertOk(new ArithmeticCheck(List.of(Facts.executor("1", "avx512_core_vnni"))).find())
        .startsWith("integer");
    Finding slow =
        new ArithmeticCheck(List.of(Facts.slow("1", "avx2 has no 8-bit products"))).find();
    assertWarns(slow).contains("float", "avx2 has no 8-bit products");
    assertThat(slow.figures()).containsEntry("arithmetic", "float");
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void theExchangeIsTheOneThatTheJobAsksForWhereItCanStart(Mode mode) {
    ExchangeCheck check = new ExchangeCheck(Facts.cluster(2, 1), mode);
    boolean resident = mode != Mode.JOB_PER_STEP;
    assertOk(check.find()).startsWith(resident ? "resident workers" : "one Spark job a step");
    assertThat(check.isResident()).isEqualTo(resident);
  }

  @Test
  void whereTheDriverIsNotReachedOneJobAStepRunsUnlessResidentsAreAskedFor() {
    ClusterFacts apart = Facts.cluster(2, List.of(Facts.executor("1", "avx2"), Facts.apart("2")));
    assertWarns(new ExchangeCheck(apart, Mode.AUTO).find())
        .contains("1 of 2 executors cannot reach the driver", "driver:7000: refused");
    assertFails(new ExchangeCheck(apart, Mode.RESIDENT).find()).contains("cannot start");
    assertThat(new ExchangeCheck(apart, Mode.AUTO).isResident()).isFalse();
    ClusterFacts deaf =
        new ClusterFacts(1, 0, apart.driver(), List.of(), 0, Optional.of("Address already in use"));
    assertFails(new ExchangeCheck(deaf, Mode.RESIDENT).find())
        .contains("cannot listen: Address already in use");
  }
}
