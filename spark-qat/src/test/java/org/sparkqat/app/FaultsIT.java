package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.app.SmallJob.Hashes;
import org.sparkqat.testkit.FullDisk;
import org.sparkqat.testkit.StandaloneCluster;

/**
 * Whatever happens, a run ends with the bits of an undisturbed one, or with one message and a
 * checkpoint to go on from.
 */
@Tag("cluster")
@EnabledOnOs(OS.LINUX)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultsIT {

  private static final String[] ONE_CORE = {"--master", "local[1]"};
  private static final String[] RESUME = {"--master", "local[1]", "--resume"};
  private static final String RESIDENT = "cluster.exchange=resident";

  private SmallJob job;
  private Hashes expected;

  @BeforeAll
  void trainUndisturbed(@TempDir Path folder) throws IOException {
    job = SmallJob.in(folder);
    expected = job.train("reference", ONE_CORE).hashes();
  }

  @Test
  void aFullDiskEndsTheRunWithAMessageAndTheRunGoesOnWhenThereIsRoom() throws Exception {
    String output = "full";
    String[] arguments = {
      "--master=local[1]",
      "--driver-class-path=" + testClasses(),
      "--conf=spark.hadoop.fs.full.impl=" + FullDisk.class.getName(),
      "--conf=spark.hadoop.fs.full.room=60000",
      "--set",
      "output.path=full://" + job.path(output)
    };
    try (RunningJob run = job.start(output, arguments)) {
      run.awaitEnd(1);
      assertThat(lastLine(run))
          .startsWith("spark-qat: Failed to write ")
          .endsWith(": No space left on device");
    }
    assertGoesOn(output);
  }

  /** The folder that this build compiled the tests into. */
  private static Path testClasses() throws URISyntaxException {
    return Path.of(FullDisk.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  @Test
  @Tag("long")
  void aCheckpointFolderThatCannotBeWrittenEndsTheRunWithAMessage() throws Exception {
    String output = "unwritable";
    Path checkpoints = job.path(output).resolve("checkpoints");
    Path aside = job.path(output).resolve("aside");
    try (RunningJob run = job.start(output, ONE_CORE)) {
      run.await(() -> hasCheckpoint(checkpoints));
      run.hold();
      Files.move(checkpoints, aside);
      Files.createFile(checkpoints);
      run.goOn();
      run.awaitEnd(1);
      assertThat(lastLine(run))
          .matches(
              "spark-qat: Failed to write checkpoint step-\\d+\\S* in file:.*/checkpoints: .+");
    }
    Files.delete(checkpoints);
    Files.move(aside, checkpoints);
    assertGoesOn(output);
  }

  @Test
  void ofTwoRunsThatAreStartedAtOnceOneWritesAndTheOtherSaysWhyNot() throws Exception {
    String output = "twice";
    try (RunningJob first = job.start(output, ONE_CORE);
        RunningJob second = job.start(output, ONE_CORE)) {
      int one = first.awaitEnd();
      int other = second.awaitEnd();
      assertThat(List.of(one, other)).as(first.messages() + second.messages()).contains(0);
      assertThat(one + other).isBetween(1, 2);
      assertThat(lastLine(one == 0 ? second : first))
          .startsWith("spark-qat: Cannot write to output.path: ")
          .containsAnyOf("already holds a run", "was taken over by another run");
    }
    assertThat(job.hashes(output)).isEqualTo(expected);
  }

  /** One more worker is asked for than there are slots for. */
  @Test
  void messagesOverSslChangeNoBit(@TempDir Path folder) throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "test",
                "-keyalg",
                "RSA",
                "-dname",
                "CN=localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "secret")
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    String ssl = "--conf=spark.ssl.rpc.";
    String[] arguments = {
      "--master=local-cluster[2,1,1024]",
      ssl + "enabled=true",
      ssl + "keyStore=" + store,
      ssl + "keyStoreType=PKCS12",
      ssl + "keyStorePassword=secret",
      ssl + "keyPassword=secret",
      ssl + "trustStore=" + store,
      ssl + "trustStoreType=PKCS12",
      ssl + "trustStorePassword=secret",
      "--set",
      "cluster={exchange: resident, workers: 3}"
    };
    SmallJob.Result result = job.train("ssl", arguments);
    assertThat(result.hashes()).isEqualTo(expected);
    assertThat(result.messages()).contains("2 resident workers instead of 3");
  }

  @Test
  void executorsOfDifferentInstructionSetsAreRefused(@TempDir Path folder) throws Exception {
    try (StandaloneCluster cluster = mixed(folder);
        RunningJob run = job.start("mixed", on(cluster))) {
      run.awaitEnd(1);
      assertThat(lastLine(run))
          .startsWith(
              "spark-qat: Cannot train on executors with different instruction sets: avx2 on")
          .contains("set training.instruction-set to one that all executors have");
    }
    assertThat(job.path("mixed")).doesNotExist();
  }

  @Test
  @Tag("long")
  void executorsThatAreLimitedToOneInstructionSetAgree(@TempDir Path folder) throws Exception {
    String avx2 = "training.instruction-set=avx2";
    Hashes limited = job.train("limited", "--master", "local[1]", "--set", avx2).hashes();
    try (StandaloneCluster cluster = mixed(folder);
        RunningJob run = job.start("mixed-limited", on(cluster, "--set", avx2))) {
      run.awaitSuccess();
    }
    assertThat(job.hashes("mixed-limited")).isEqualTo(limited);
  }

  /** One executor starts with a worse CPU than that of the run so far. */
  @Test
  @Tag("long")
  void anExecutorThatCannotGoOnWithTheRunsInstructionSetIsRefused(@TempDir Path folder)
      throws Exception {
    String output = "worse";
    try (RunningJob run = job.start(output, ONE_CORE)) {
      run.await(() -> hasCheckpoint(job.path(output).resolve("checkpoints")));
      run.killAfter(0);
    }
    try (StandaloneCluster cluster = mixed(folder);
        RunningJob run = job.start(output, on(cluster, "--resume"))) {
      run.awaitEnd(1);
      assertThat(lastLine(run))
          .contains("Cannot compute on executor", "its instruction set is avx2");
    }
    assertGoesOn(output);
  }

  @Test
  @Tag("long")
  void onAStandaloneClusterALostExecutorAndALostWorkerChangeNoBit(@TempDir Path folder)
      throws Exception {
    String output = "standalone";
    try (StandaloneCluster cluster = new StandaloneCluster(folder)) {
      cluster.addWorker(Map.of());
      cluster.addWorker(Map.of());
      try (RunningJob run = job.start(output, on(cluster))) {
        run.await(() -> hasCheckpoint(job.path(output).resolve("checkpoints")));
        cluster.executors(0).get(0).kill();
        run.await(() -> run.messages().contains("Starting resident workers again"));
        cluster.loseWorker(1);
        run.awaitSuccess();
      }
    }
    assertThat(job.hashes(output)).isEqualTo(expected);
  }

  /** Its executors end by themselves, and the same command goes on where it was. */
  @Test
  @Tag("long")
  void onAStandaloneClusterAKilledDriverIsReplacedByTheSameCommand(@TempDir Path folder)
      throws Exception {
    String output = "driver";
    try (StandaloneCluster cluster = new StandaloneCluster(folder)) {
      cluster.addWorker(Map.of());
      cluster.addWorker(Map.of());
      String[] command = on(cluster, "--resume");
      try (RunningJob run = job.start(output, command)) {
        run.await(() -> hasCheckpoint(job.path(output).resolve("checkpoints")));
        run.killAfter(0);
      }
      try (RunningJob run = job.start(output, command)) {
        run.awaitSuccess();
        assertThat(run.messages()).contains("Resuming from checkpoint step-");
      }
    }
    assertThat(job.hashes(output)).isEqualTo(expected);
  }

  private static StandaloneCluster mixed(Path folder) throws IOException {
    StandaloneCluster cluster = new StandaloneCluster(folder);
    cluster.addWorker(Map.of());
    cluster.addWorker(Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"));
    return cluster;
  }

  private static String[] on(StandaloneCluster cluster, String... more) {
    return Stream.concat(
            Stream.of(
                "--master=" + cluster.url(),
                "--conf=spark.driver.host=127.0.0.1",
                "--conf=spark.driver.bindAddress=127.0.0.1",
                "--conf=spark.executor.memory=1g",
                "--conf=spark.cores.max=2",
                "--conf=spark.scheduler.minRegisteredResourcesRatio=1.0",
                "--conf=spark.scheduler.maxRegisteredResourcesWaitingTime=120s",
                "--set",
                RESIDENT),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private void assertGoesOn(String output) throws IOException {
    SmallJob.Result result = job.train(output, RESUME);
    assertThat(result.messages()).contains("Resuming from checkpoint step-");
    assertThat(result.hashes()).isEqualTo(expected);
  }

  private static boolean hasCheckpoint(Path checkpoints) throws IOException {
    if (!Files.exists(checkpoints)) {
      return false;
    }
    try (Stream<Path> folders = Files.list(checkpoints)) {
      return folders.anyMatch(each -> each.getFileName().toString().startsWith("step-"));
    }
  }

  private static String lastLine(RunningJob run) throws IOException {
    return run.messages().lines().reduce("", (before, line) -> line);
  }
}
