package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.distributed.exchange.ExchangeSettings.Slices;
import org.sparkqat.engine.Seeds;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.SparkTestKit;

/** Executors are killed and held again and again, and not one bit changes. */
@Tag("cluster")
@ExtendWith(SparkTestKit.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChaosIT {

  private static final int KINDS = FaultyTraining.Kind.values().length;
  private static final int MINUTES = 15;

  @TempDir private Path folder;
  private String expected;

  @BeforeAll
  void trainUndisturbed(SparkSession spark) {
    expected =
        FaultyTraining.hashes(
            FaultyTraining.train(spark, new QatTrainer(spark, FaultyTraining.settings())));
  }

  @Test
  void eachFaultOnceInTwoHundredStepsChangesNoBit() throws Exception {
    assertThat(train(2, KINDS, Slices.NEVER)).contains(expected);
  }

  @Test
  @Tag("long")
  void thirtyFaultsInTwoHundredStepsChangeNoBit() throws Exception {
    assertThat(train(3, 30, Slices.NEVER)).contains(expected);
  }

  @Test
  @Tag("long")
  void tenFaultsWhereWorkersHoldSlicesChangeNoBit() throws Exception {
    assertThat(train(3, 2 * KINDS, Slices.ALWAYS)).contains(expected);
  }

  /** Trains in a process of its own; what it has printed. */
  private String train(int executors, int faults, Slices slices)
      throws IOException, InterruptedException {
    Path runtime = Path.of(System.getProperty("sparkqat.runtime"));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("--add-"))
        .forEach(command::add);
    command.add("-Dio.netty.tryReflectionSetAccessible=true");
    command.add("-Dlog4j2.configurationFile=" + logging());
    command.addAll(List.of(CommandLine.QUICK_START.split(" ")));
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    command.add(FaultyTraining.class.getName());
    command.addAll(
        List.of("" + executors, "" + Seeds.random().nextInt(), "" + faults, slices.name()));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("SPARK_HOME", runtime.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("SPARK_WORKER_DIR", folder.resolve("workers").toString());
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
      String said = Files.readString(out);
      System.out.println(said);
      assertThat(ended).as(said + Files.readString(err)).isTrue();
      assertThat(process.exitValue()).as(said + Files.readString(err)).isZero();
      return said;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static File logging() {
    return CommandLine.projectFolder().resolve("conf/log4j2.properties").toFile();
  }
}
