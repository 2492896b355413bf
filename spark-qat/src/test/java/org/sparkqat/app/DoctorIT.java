package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.CommandLine.Outcome;

/** {@code doctor} by the real command line, on one machine and on a cluster. */
@Tag("cli")
class DoctorIT {

  @TempDir private static Path folder;

  private static SmallJob job;

  @BeforeAll
  static void write() throws IOException {
    job = SmallJob.in(folder);
  }

  private static CommandLine launcher() {
    return CommandLine.launcher()
        .quickly()
        .with("SPARK_WORKER_DIR", folder.resolve("workers").toString())
        .with("SPARK_DRIVER_MEMORY", "1g");
  }

  private static Outcome run(String... arguments) {
    return run(launcher(), arguments);
  }

  private static Outcome run(CommandLine launcher, String... arguments) {
    List<String> command = new ArrayList<>(List.of("doctor", "--conf", "spark.ui.enabled=false"));
    command.addAll(List.of(arguments));
    return launcher.run(command.toArray(new String[0]));
  }

  private static JsonNode check(JsonNode diagnosis, String name) {
    for (JsonNode check : diagnosis.get("checks")) {
      if (check.get("check").asText().equals(name)) {
        return check;
      }
    }
    throw new AssertionError("No check '" + name + "' in " + diagnosis);
  }

  @Test
  void everyExecutorOfAClusterIsReachedAndAHealthyJobPasses() throws IOException {
    Path json = folder.resolve("cluster.json");
    Outcome outcome =
        run(
            "--master",
            "local-cluster[2,1,1024]",
            "--config",
            job.configuration().toString(),
            "--json",
            json.toString());
    assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.out()).contains("The job can run");
    JsonNode diagnosis = new ObjectMapper().readTree(json.toFile());
    assertThat(diagnosis.get("healthy").asBoolean()).isTrue();
    for (JsonNode check : diagnosis.get("checks")) {
      assertThat(check.get("result").asText()).as(check.toString()).isIn("ok", "warning");
    }
    assertThat(check(diagnosis, "slots").at("/figures/executors").asInt()).isEqualTo(2);
    assertThat(check(diagnosis, "slots").at("/figures/workers").asInt()).isEqualTo(2);
    assertThat(check(diagnosis, "exchange").at("/figures/exchange").asText()).isEqualTo("resident");
    assertThat(check(diagnosis, "training data").at("/figures/rows").asInt()).isEqualTo(330);
    assertThat(check(diagnosis, "time").at("/figures/steps").asInt()).isEqualTo(SmallJob.STEPS);
    assertThat(job.path("out")).as("nothing is left behind").doesNotExist();
  }

  @Test
  void aJobThatWouldFailIsToldAllThatIsWrongAtOnce() throws IOException {
    Path bad = folder.resolve("bad.csv");
    Files.writeString(bad, "a,b,label\n1,NaN,0\n1,2,9\n1,2,1\n");
    Path file = Files.writeString(folder.resolve("file"), "");
    Outcome outcome =
        run(
            "--master",
            "local[2]",
            "--config",
            job.configuration().toString(),
            "--set",
            "output.path=" + file.resolve("out"),
            "--set",
            "data.train={path: '" + bad + "', format: csv}",
            "--set",
            "data.test.path=" + folder.resolve("nowhere"));
    assertThat(outcome.exitCode()).as(outcome.out() + outcome.err()).isEqualTo(1);
    assertThat(outcome.out())
        .containsPattern("output +fail +cannot write to")
        .containsPattern("training data +fail")
        .containsPattern("test data +fail +Invalid path")
        .contains("The job would fail: 3 failed checks");
  }

  @Test
  void theClusterAloneIsCheckedWithoutAJobAndSparkConnectIsRefused() {
    Outcome alone = run("--master", "local[1]");
    assertThat(alone.exitCode()).as(alone.out() + alone.err()).isZero();
    assertThat(alone.out()).containsPattern("slots +ok +1 slots").contains("needs --config");
    Outcome connect =
        run(launcher().with("SPARK_CONNECT_MODE_ENABLED", "1"), "--master", "local[1]");
    assertThat(connect.exitCode()).as(connect.out() + connect.err()).isEqualTo(1);
    assertThat(connect.out())
        .contains("Spark Connect (SPARK_CONNECT_MODE_ENABLED is set)", "dedicated");
  }
}
