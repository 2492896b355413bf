package org.sparkqat.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.CommandLine.Outcome;

/** Each platform's script calls what it says, with the settings of its file. */
@Tag("cli")
class SubmitScriptsIT {

  private static final String RECORDER = "#!/bin/sh\nprintf '<%s>' \"${0##*/}\" \"$@\"\necho\n";

  @TempDir private Path folder;

  /** A SPARK_HOME, and a folder of the PATH, whose programs say how they were called. */
  @BeforeEach
  void recordCalls() throws IOException {
    Path bin = Files.createDirectory(folder.resolve("bin"));
    for (String program : List.of("spark-submit", "aws", "databricks", "kubectl")) {
      Path recorder = Files.writeString(bin.resolve(program), RECORDER);
      assertThat(recorder.toFile().setExecutable(true)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "standalone", "yarn", "kubernetes", "emr", "databricks"})
  void helpIsTheCommentAtTheTop(String platform) throws IOException {
    Outcome help = run(platform, "--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).startsWith(platform + " [--dry-run] ").doesNotContain("set -euo");
    assertThat(help.out().lines().map(line -> ("# " + line).strip()))
        .isSubsetOf(Files.readAllLines(script(platform)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "standalone", "yarn", "kubernetes", "emr", "databricks"})
  void noArgumentsAreWrongUsage(String platform) {
    Outcome outcome = run(platform);
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith(platform + " [--dry-run] ");
  }

  @ParameterizedTest
  @CsvSource({
    "local, '--master,local[*]', ''",
    "standalone, '', '--master,spark://m:7077'",
    "yarn, '--master,yarn', ''"
  })
  void sparkSubmitGetsTheSettingsOfTheFileAndThenTheUsers(
      String platform, String before, String after) throws IOException {
    List<String> given = new ArrayList<>(words(after));
    given.addAll(List.of("train", "--conf", "spark.task.maxFailures=2", "--set", "a.b=c d"));
    List<String> called = words(run(platform, given.toArray(new String[0])));

    List<String> options = new ArrayList<>(List.of("spark-submit"));
    options.addAll(words(before));
    options.addAll(settings(platform));
    options.addAll(words(after));
    options.addAll(List.of("--conf", "spark.task.maxFailures=2"));
    options.addAll(List.of("--class", "org.sparkqat.app.Main"));
    int jar = options.size();
    assertThat(called.subList(0, jar)).isEqualTo(options);
    assertThat(called.get(jar)).endsWith(".jar");
    assertThat(called.subList(jar + 1, called.size())).containsExactly("train", "--set", "a.b=c d");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "yarn"})
  void aDryRunPrintsTheCommandOnly(String platform) throws IOException {
    Outcome outcome = run(platform, "--dry-run", "train", "--config", "a b");
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .startsWith(script("spark-qat") + " --master ")
        .contains(" --conf spark.speculation=false ")
        .endsWith(" train --config a\\ b \n");
  }

  @Test
  void yarnSendsTheConfigurationAlong() throws IOException {
    Path job = Files.writeString(folder.resolve("job.yaml"), "");
    List<String> called = words(run("yarn", "train", "--config", job.toString(), "--resume"));
    assertThat(called).containsSubsequence("--files", job.toString());
    assertThat(called).endsWith("train", "--config", "job.yaml", "--resume");

    called = words(run("yarn", "train", "--config=" + job));
    assertThat(called).containsSubsequence("--files", job.toString());
    assertThat(called).endsWith("train", "--config=job.yaml");

    Path more = Files.writeString(folder.resolve("more.yaml"), "");
    called = words(run("yarn", "train", "--config", job.toString(), "--config=" + more));
    assertThat(called).containsSubsequence("--files", job + "," + more);
    assertThat(called).endsWith("train", "--config", "job.yaml", "--config=more.yaml");

    Outcome twice = run("yarn", "train", "--config", job.toString(), "--config", job.toString());
    assertThat(twice.exitCode()).isEqualTo(2);
    assertThat(twice.err()).startsWith("yarn: Unsupported options: two files job.yaml after");

    Outcome both = run("yarn", "--files", "other", "train", "--config", job.toString());
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).startsWith("yarn: Unsupported options: --files beside a local file");

    String[] here = {"--deploy-mode", "client", "train", "--config", job.toString()};
    called = words(run("yarn", here));
    assertThat(called).doesNotContain("--files").endsWith("train", "--config", job.toString());
  }

  @Test
  void aClusterThatIsNotNamedIsWrongUsage() {
    assertThat(run("standalone", "train").err())
        .isEqualTo(
            "standalone: Missing option: --master spark://HOST:7077 (the standalone cluster)\n");
    assertThat(run("kubernetes", "train").err())
        .isEqualTo(
            "kubernetes: Missing name: MASTER (set it in conf/kubernetes/names.env, or write"
                + " MASTER=... before the action)\n");
    Outcome yarn = script("yarn", Map.of()).run("train");
    assertThat(yarn.exitCode()).isEqualTo(2);
    assertThat(yarn.err()).startsWith("yarn: Missing SPARK_HOME (");
  }

  @Test
  void kubernetesRunsTheJarOfTheVolume() throws IOException {
    String[] arguments = {
      "MASTER=k8s://https://h:6443",
      "--name=night",
      "--conf",
      "spark.executor.instances=8",
      "train",
      "--resume"
    };
    List<String> called = words(run("kubernetes", arguments));
    assertThat(called)
        .startsWith("spark-submit", "--master", "k8s://https://h:6443", "--deploy-mode", "cluster")
        .containsSequence(settings("kubernetes"))
        .endsWith(
            "--name=night",
            "--conf",
            "spark.executor.instances=8",
            "local:///spark-qat/spark-qat_2.13-0.1.0.jar",
            "train",
            "--resume");
    KnownProperties known = KnownProperties.ofSpark();
    for (int i = 1; i < called.size(); i++) {
      if (called.get(i - 1).equals("--conf")) {
        String[] pair = called.get(i).split("=", 2);
        known.require(pair[0].replace(".spark-qat.", ".*."), pair[1]);
      }
    }
  }

  @Test
  void theClientsOfThePlatformsAreCalled() throws IOException {
    String sent = "file://" + CommandLine.projectFolder() + "/target/submit/emr/";
    String[] step = {"ROOT=s3://b", "CLUSTER_ID=j-1", "step", "--region", "eu-west-1"};
    assertThat(words(run("emr", step)))
        .containsExactly(
            "aws",
            "emr",
            "add-steps",
            "--cluster-id",
            "j-1",
            "--steps",
            sent + "steps.json",
            "--region",
            "eu-west-1");
    assertThat(words(run("databricks", "run", "17")))
        .containsExactly("databricks", "jobs", "run-now", "17");
    assertThat(words(run("kubernetes", "setup")))
        .startsWith("kubectl", "apply", "--filename")
        .hasSize(4);
  }

  @ParameterizedTest
  @CsvSource({"emr, ROOT=s3://b, aws s3 cp", "databricks, ROOT=/Volumes/v, databricks fs cp"})
  void uploadCopiesTheJarAndTheConfiguration(String platform, String root, String copy)
      throws IOException {
    Path job = Files.writeString(folder.resolve("other.yaml"), "");
    Path jar = Path.of(System.getProperty("sparkqat.jar"));
    String[] arguments = {root, "JAR=" + jar.getFileName(), "upload", job.toString()};
    List<String> calls = run(platform, arguments).out().lines().toList();
    assertThat(calls).hasSize(2);
    assertThat(words(calls.get(0)))
        .startsWith(copy.split(" "))
        .contains(jar.toString())
        .anyMatch(
            word -> word.endsWith(root.substring("ROOT=".length()) + "/" + jar.getFileName()));
    assertThat(words(calls.get(1)))
        .contains(job.toString())
        .anyMatch(word -> word.endsWith("/job.yaml"));
  }

  @Test
  void aJarThatWasNotBuiltIsNamed() throws IOException {
    Path job = Files.writeString(folder.resolve("other.yaml"), "");
    assertThat(run("emr", "ROOT=s3://b", "JAR=other.jar", "upload", job.toString()).err())
        .isEqualTo(
            "emr: Cannot find other.jar below spark-qat/target (build it: the table of jars is in"
                + " README.md)\n");
  }

  @Test
  void faultyNamesAreNamed() {
    assertThat(run("emr", "BUCKET=b", "step").err())
        .startsWith("emr: Unknown name: BUCKET (known: RUN TOKEN ROOT ");
    assertThat(run("databricks", "ROOT=a\"b", "create").err())
        .isEqualTo("databricks: Invalid ROOT: a\"b (must not have quotes or backslashes)\n");
    assertThat(run("databricks", "start").err())
        .isEqualTo("databricks: Unknown action: start (known: upload, create, run)\n");
  }

  private static List<String> settings(String platform) throws IOException {
    List<String> options = new ArrayList<>();
    SparkDefaults.of(platform)
        .forEach((key, value) -> options.addAll(List.of("--conf", key + "=" + value)));
    return options;
  }

  private static Path script(String name) {
    return CommandLine.projectFolder().resolve("submit-scripts").resolve(name);
  }

  private static CommandLine script(String name, Map<String, String> environment) {
    CommandLine line = CommandLine.launcher().calledAs(script(name));
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      line = line.with(variable.getKey(), variable.getValue());
    }
    return line;
  }

  private Outcome run(String script, String... arguments) {
    String path = folder.resolve("bin") + ":" + System.getenv("PATH");
    Map<String, String> environment = Map.of("PATH", path, "SPARK_HOME", folder.toString());
    return script(script, environment).run(arguments);
  }

  private static List<String> words(Outcome outcome) {
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).startsWith("<").endsWith(">\n");
    return words(outcome.out().strip());
  }

  /** The words of a recorded call, {@code <a><b>}, or of a list, {@code a,b}. */
  private static List<String> words(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    return text.startsWith("<")
        ? Arrays.asList(text.substring(1, text.length() - 1).split("><"))
        : Arrays.asList(text.split(","));
  }
}
