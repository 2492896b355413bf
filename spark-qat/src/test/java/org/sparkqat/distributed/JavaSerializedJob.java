package org.sparkqat.distributed;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.tensor.ParameterLayout;

/**
 * The tiny job in the session of a program that knows nothing of us: Spark's own serializer, no
 * registrator. It runs in a process of its own, since a process has one Spark context.
 */
final class JavaSerializedJob {

  private static final String RESULT = "parametersSha256=";

  private JavaSerializedJob() {}

  public static void main(String[] arguments) throws IOException {
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()) {
      float[] parameters =
          TinyJob.train(spark, TinyJob.table(spark, TinyJob.rows(300, 1)), 2).parameters();
      System.out.println(RESULT + ParameterLayout.sha256(parameters));
    }
  }

  /** Trains in another process; the hash of the parameters. */
  static String parametersSha256() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(accessToModules());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(JavaSerializedJob.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return output
        .lines()
        .filter(line -> line.startsWith(RESULT))
        .findFirst()
        .map(line -> line.substring(RESULT.length()))
        .orElseThrow(() -> new AssertionError(output));
  }

  /** What Spark needs on this Java, as it was given to this process. */
  private static List<String> accessToModules() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .toList();
  }
}
