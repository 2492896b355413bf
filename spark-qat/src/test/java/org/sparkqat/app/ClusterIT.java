package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.app.SmallJob.Hashes;
import org.sparkqat.app.SmallJob.Result;
import org.sparkqat.testkit.Ports;
import org.sparkqat.testkit.StandaloneCluster;

/** The configuration decides the result; the cluster decides only the speed. */
@Tag("cluster")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterIT {

  private static final String TWO_EXECUTORS = "local-cluster[2,1,1024]";
  private static final String RESIDENT = "cluster.exchange=resident";
  private static final String KRYO = "spark.serializer=org.apache.spark.serializer.KryoSerializer";

  private SmallJob job;
  private Hashes expected;

  @BeforeAll
  void trainOnOneCore(@TempDir Path folder) throws IOException {
    job = SmallJob.in(folder);
    expected = job.train("reference", "--master", "local[1]").hashes();
  }

  /** On two executors: see below, where one of them is lost. */
  @Test
  void aSparkJobForEachStepChangesNoBit() throws IOException {
    String[] arguments = {"--master", "local[2]", "--set", "cluster.exchange=job-per-step"};
    assertThat(job.train("jobs", arguments).hashes()).isEqualTo(expected);
  }

  @Test
  void aStandaloneClusterChangesNoBit(@TempDir Path folder) throws IOException {
    try (StandaloneCluster cluster = StandaloneCluster.withWorkers(folder, 2)) {
      String[] arguments = {
        "--master=" + cluster.url(),
        "--conf=spark.driver.host=127.0.0.1",
        "--executor-cores=1",
        "--executor-memory=512m",
        "--set",
        RESIDENT
      };
      Result result = job.by("standalone").train("standalone", arguments);
      assertThat(result.hashes()).isEqualTo(expected);
      assertThat(cluster.log()).contains("Launching executor app-", "/0 on worker", "/1 on worker");
    }
  }

  @Test
  void authenticationAndEncryptionChangeNoBitAndStrangersNothing() throws Exception {
    int port = Ports.free();
    String[] arguments = {
      "--master=" + TWO_EXECUTORS,
      "--conf=spark.authenticate=true",
      "--conf=spark.authenticate.secret=only-for-this-test",
      "--conf=spark.network.crypto.enabled=true",
      "--set",
      "cluster={exchange: resident, slices: always, port: " + port + "}"
    };
    try (RunningJob run = job.start("encrypted", arguments);
        Stranger stranger = new Stranger(port)) {
      run.await(stranger::isConnected);
      assertThat(stranger.tell(new byte[100])).contains("Expected SaslMessage", "SASL");
      run.awaitSuccess();
    }
    assertThat(job.hashes("encrypted")).isEqualTo(expected);
  }

  /** Two workers in one process. */
  @Test
  void messagesOfAStrangerAreRefusedAndChangeNoBit() throws Exception {
    int port = Ports.free();
    String set = "cluster={exchange: resident, port: " + port + "}";
    try (RunningJob run = job.start("stranger", "--master", "local[2]", "--set", set);
        Stranger stranger = new Stranger(port)) {
      run.await(stranger::isConnected);
      run.await(() -> stranger.tell(new byte[100]).contains("it does not start as one of ours"));
      run.awaitSuccess();
      assertThat(run.messages()).contains("Refused a message from");
    }
    assertThat(job.hashes("stranger")).isEqualTo(expected);
  }

  @Test
  void anExecutorThatHangsForAWhileChangesNoBit() throws Exception {
    String output = "hanging";
    try (RunningJob run = job.start(output, "--master", TWO_EXECUTORS, "--set", RESIDENT)) {
      run.await(() -> Files.exists(job.path(output).resolve("checkpoints")));
      ProcessHandle executor = run.executors().get(0);
      RunningJob.signal(executor, "-STOP");
      run.await(() -> run.messages().contains("Waiting for step"));
      RunningJob.signal(executor, "-CONT");
      run.awaitSuccess();
      assertThat(run.messages())
          .containsPattern("Waiting for step \\d+ since .*\\(executor \\d+ on");
    }
    assertThat(job.hashes(output)).isEqualTo(expected);
  }

  /** One executor more than in most tests here, and a serializer that refuses what it knows not. */
  @Test
  void threeExecutorsChangeNoBitAndNothingThatTravelsIsUnknownToKryo() throws IOException {
    Result result =
        job.train(
            "kryo",
            "--master=local-cluster[3,1,1024]",
            "--conf",
            KRYO,
            "--conf",
            "spark.kryo.registrationRequired=true",
            "--conf",
            "spark.kryo.registrator=org.sparkqat.data.DataKryoRegistrator",
            "--set",
            RESIDENT);
    assertThat(result.hashes()).isEqualTo(expected);
  }

  /** With resident workers: see below, and the chaos test. */
  @Test
  void anExecutorLostBetweenTheJobsOfStepsChangesNoBit() throws Exception {
    String output = "lost";
    String set = "cluster.exchange=job-per-step";
    try (RunningJob run = job.start(output, "--master", TWO_EXECUTORS, "--set", set)) {
      run.await(() -> Files.exists(job.path(output).resolve("checkpoints")));
      List<ProcessHandle> executors = run.executors();
      assertThat(executors).hasSize(2);
      executors.get(0).destroyForcibly();
      run.awaitSuccess();
      assertThat(run.messages()).contains("Lost executor");
    }
    assertThat(job.hashes(output)).isEqualTo(expected);
  }

  /** The rounding errors that a lost executor has carried over are made again by another. */
  @Test
  void shardsOnDiskAndRoundedGradientsChangeNoBitEvenWhenAnExecutorIsLost() throws Exception {
    String rounded = "cluster.gradient-encoding=int8";
    Hashes reference = job.train("rounded", "--master=local[1]", "--set", rounded).hashes();
    assertThat(reference).isNotEqualTo(expected);
    String output = "disk";
    String[] arguments = {
      "--master", TWO_EXECUTORS, "--set", RESIDENT, "--set", "data.storage=disk", "--set", rounded
    };
    try (RunningJob run = job.start(output, arguments)) {
      run.await(() -> Files.exists(job.path(output).resolve("checkpoints")));
      run.executors().get(0).destroyForcibly();
      run.awaitSuccess();
      assertThat(run.messages()).contains("Lost executor", "on local disks");
    }
    assertThat(job.hashes(output)).isEqualTo(reference);
  }

  /** Spark gives up a job that has lost too many executors: here, one. */
  @Test
  @Tag("long")
  void aJobThatSparkGivesUpAfterALossIsReplacedAndNoBitChanges() throws Exception {
    String output = "given-up";
    String[] arguments = {
      "--master", TWO_EXECUTORS, "--set", RESIDENT, "--conf", "spark.task.maxFailures=1"
    };
    try (RunningJob run = job.start(output, arguments)) {
      run.await(() -> Files.exists(job.path(output).resolve("checkpoints")));
      ProcessHandle executor = run.executors().get(0);
      // Held first, so that the loss is in a step and not in an evaluation.
      RunningJob.signal(executor, "-STOP");
      run.await(() -> run.messages().contains("Waiting for step"));
      executor.destroyForcibly();
      run.awaitSuccess();
      assertThat(run.messages()).contains("Starting resident workers again, at step");
    }
    assertThat(job.hashes(output)).isEqualTo(expected);
  }

  @Test
  @Tag("long")
  void allExecutorsLostAtOnceChangeNoBit() throws Exception {
    String output = "all-lost";
    try (RunningJob run = job.start(output, "--master", TWO_EXECUTORS, "--set", RESIDENT)) {
      run.await(() -> Files.exists(job.path(output).resolve("checkpoints")));
      run.executors().forEach(ProcessHandle::destroyForcibly);
      run.awaitSuccess();
    }
    assertThat(job.hashes(output)).isEqualTo(expected);
  }

  @Test
  void thePartitionsOfTheInputChangeNoBit() throws IOException {
    assertSameResult("partitions", job.examples().repartition(17));
  }

  @Test
  void sortedInputChangesNoBit() throws IOException {
    assertSameResult("sorted", job.examples().coalesce(1).sortWithinPartitions("label", "image"));
  }

  private void assertSameResult(String form, Dataset<Row> table) throws IOException {
    Path path = job.path(form + "-data");
    SmallJob.write(table, path);
    String[] arguments = {"--master", "local[2]", "--set", "data.train.path=" + path};
    assertThat(job.train(form, arguments).hashes()).isEqualTo(expected);
  }
}
