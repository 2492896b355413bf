package org.sparkqat.distributed.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.TinyJob;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class ClusterProbeTest {

  @Test
  void onOneMachineTheDriverIsTheOnlyExecutor(SparkSession spark) {
    ClusterFacts cluster =
        new ClusterProbe(spark, Optional.of(TinyJob.settings().worker()), ExchangeSettings.DEFAULT)
            .run();
    assertThat(cluster.slots()).isEqualTo(2);
    assertThat(cluster.silent()).isZero();
    assertThat(cluster.listenProblem()).isEmpty();
    assertThat(cluster.executors()).hasSize(1);
    ExecutorFacts executor = cluster.executors().get(0);
    assertThat(executor.id()).isEqualTo("driver");
    assertThat(executor.java()).isEqualTo(System.getProperty("java.version"));
    assertThat(executor.heapBytes()).isEqualTo(Runtime.getRuntime().maxMemory());
    assertThat(executor.physicalBytes()).isGreaterThan(1 << 20);
    assertThat(executor.instructionSet()).isEqualTo(cluster.driver().instructionSet());
    assertThat(executor.instructionSet().isEmpty()).isEqualTo(executor.nativeProblem().isPresent());
    assertThat(executor.connectionProblem()).isEmpty();
  }

  @Test
  void aPortThatIsTakenIsTold(SparkSession spark) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ExchangeSettings exchange =
          new ExchangeSettings(
              ExchangeSettings.Mode.RESIDENT, Duration.ofMinutes(1), taken.getLocalPort());
      ClusterFacts cluster = new ClusterProbe(spark, Optional.empty(), exchange).run();
      assertThat(cluster.listenProblem().orElse(""))
          .startsWith("Failed to listen on 127.0.0.1:" + taken.getLocalPort());
      assertThat(cluster.executors()).as("they are asked nevertheless").hasSize(1);
    }
  }

  @Test
  void factsTravelAsTheyAre() {
    ExecutorFacts facts =
        new ExecutorFacts(
            "7",
            "host",
            "17.0.9",
            "Linux amd64",
            1L << 40,
            3,
            Optional.empty(),
            Optional.of("no library"),
            Optional.of("no 8-bit sums"),
            Optional.of("refused"));
    assertThat(ExecutorFacts.decode(facts.encode())).isEqualTo(facts);
    ExecutorFacts here = ExecutorFacts.here("7", "host", Optional.empty(), Optional.empty());
    assertThat(ExecutorFacts.decode(here.encode())).isEqualTo(here);
  }

  @Test
  void theSettingsTellHowManyExecutorsAreExpected() {
    SparkConf conf = new SparkConf(false);
    assertThat(ClusterProbe.expected(conf)).isZero();
    conf.set("spark.executor.instances", "5");
    assertThat(ClusterProbe.expected(conf)).isEqualTo(5);
    conf.set("spark.master", "local-cluster[3, 1, 1024]");
    assertThat(ClusterProbe.expected(conf)).isEqualTo(3);
    conf.set("spark.dynamicAllocation.enabled", "true");
    assertThat(ClusterProbe.expected(conf)).isZero();
  }
}
