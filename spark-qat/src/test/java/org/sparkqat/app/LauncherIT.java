package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.CommandLine.Outcome;

@Tag("cli")
class LauncherIT {
  @Test
  void theVersionIsTheOnlyOutput() {
    Outcome outcome = CommandLine.launcher().run("--version");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).isEqualTo("spark-qat " + Version.current() + "\n");
  }

  @Test
  void itWorksThroughALinkFromAFolderWithBlanks(@TempDir Path folder) throws IOException {
    Path blanks = Files.createDirectory(folder.resolve("a b"));
    Path link = Files.createSymbolicLink(blanks.resolve("the launcher"), launcher());
    Outcome outcome = CommandLine.launcher().calledAs(link).in(blanks).run("--version");
    Files.delete(link);
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
  }

  @Test
  void theExitCodeOfTheProgramIsTheExitCode() {
    Outcome outcome = CommandLine.launcher().run("no-such-command", "--master", "local[1]");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("'no-such-command'").doesNotContain("\tat ", "--master");
  }

  @Test
  void theBenchmarkRunsWithoutConfigurationAndData() {
    Outcome outcome =
        CommandLine.launcher()
            .run("benchmark", "--model", "lenet5", "--batch", "8", "--steps", "1", "--warm-up=0");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).startsWith("lenet5, batch 8, 1 thread, ").contains("qat W8A8");
  }

  @Test
  void anOptionOfSparkSubmitWithoutItsValueIsWrongUsage() {
    Outcome outcome = CommandLine.launcher().run("train", "--master");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).isEqualTo("spark-qat: Missing value of option: --master\n");
  }

  @Test
  void sparkHomeDecidesWhoRunsTheJob(@TempDir Path home) throws IOException {
    Path submit = Files.createDirectory(home.resolve("bin")).resolve("spark-submit");
    Files.writeString(submit, "#!/bin/sh\nprintf '<%s>' \"$@\"\n");
    assertThat(submit.toFile().setExecutable(true)).isTrue();
    Outcome outcome =
        CommandLine.launcher()
            .with("SPARK_HOME", home.toString())
            .run("train", "--conf=a=b c", "--set", "x.y=1", "--master", "yarn", "--", "--name");
    assertThat(outcome.out())
        .startsWith("<--conf=a=b c><--master><yarn><--class><org.sparkqat.app.Main>")
        .endsWith(".jar><train><--set><x.y=1><--><--name>");
  }

  /** The jar may not be built: a Maven that does nothing shows what would be. */
  @ParameterizedTest
  @CsvSource({
    "spark-core_2.12-3.5.6-amzn-1.jar, spark-3.5-scala-2.12",
    "spark-core_2.13-3.5.6.jar, spark-3.5"
  })
  void theSparkOfSparkHomeDecidesTheJar(String core, String profile, @TempDir Path home)
      throws IOException {
    Path bin = Files.createDirectory(home.resolve("bin"));
    for (String program : List.of("spark-submit", "mvn")) {
      Path file = Files.writeString(bin.resolve(program), "#!/bin/sh\nprintf '<%s>' \"$@\"\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    Files.createFile(Files.createDirectory(home.resolve("jars")).resolve(core));
    Outcome outcome =
        CommandLine.launcher()
            .with("SPARK_QAT_PROFILE", "")
            .with("SPARK_HOME", home.toString())
            .with("PATH", bin + ":" + System.getenv("PATH"))
            .run("train");
    assertThat(outcome.out() + outcome.err())
        .containsAnyOf("<-P" + profile + ">", "/target/" + profile + "/spark-qat");
  }

  @Test
  void anUnknownProfileIsWrongUsage() {
    Outcome outcome = CommandLine.launcher().with("SPARK_QAT_PROFILE", "spark-3").run("train");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err())
        .isEqualTo(
            "spark-qat: Invalid SPARK_QAT_PROFILE: spark-3"
                + " (allowed: spark-4.1, spark-4.0, spark-3.5, spark-3.5-scala-2.12)\n");
  }

  @Test
  void aSparkHomeWithoutSparkIsNamed(@TempDir Path home) {
    Outcome outcome = CommandLine.launcher().with("SPARK_HOME", home.toString()).run("--version");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .startsWith("spark-qat: Cannot find spark-submit: " + home + "/bin/spark-submit");
  }

  @Test
  void aMissingJavaIsNamed(@TempDir Path home) {
    Outcome outcome = CommandLine.launcher().with("JAVA_HOME", home.toString()).run("--version");
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("Cannot find Java: " + home, "Java 17 or later");
  }

  private static Path launcher() {
    return CommandLine.projectFolder().resolve("submit-scripts/spark-qat");
  }
}
