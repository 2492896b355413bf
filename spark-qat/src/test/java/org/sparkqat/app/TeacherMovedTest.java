package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.app.output.RunFolder;

/** A run goes on with the teacher that it began with, wherever that is now, and with no other. */
class TeacherMovedTest {

  private static final String TEACHER = "training.distillation.teacher=";

  @TempDir private static Path folder;

  private record Outcome(int exitCode, String err) {}

  private static Outcome train(SmallJob job, String output, String... options) {
    List<String> command = new ArrayList<>(List.of(job.arguments(output)));
    List<String> settings =
        List.of("quantization.batch-norm-freeze-epoch=never", "training.float-epochs=1");
    settings.forEach(each -> command.addAll(List.of("--set", each)));
    command.addAll(List.of(options));
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            Main.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err)),
            command.toArray(new String[0]));
    return new Outcome(exitCode, err.toString());
  }

  private static JsonNode summary(SmallJob job, String output) throws IOException {
    return new ObjectMapper().readTree(job.path(output).resolve("summary.json").toFile());
  }

  @Test
  void aMovedTeacherIsTakenAndAnotherOneRefused() throws IOException {
    SmallJob job = SmallJob.in(folder);
    Outcome done = new Outcome(0, "");
    assertThat(train(job, "teacher", "--set", "training.qat-epochs=0")).isEqualTo(done);
    assertThat(train(job, "other", "--set", "training.qat-epochs=0", "--set", "training.seed=9"))
        .isEqualTo(done);
    String one = "training.qat-epochs=1";
    assertThat(train(job, "out", "--set", one, "--set", TEACHER + job.path("teacher")))
        .isEqualTo(done);
    JsonNode end = summary(job, "out");
    String taught =
        ModelFolder.checkpoints(
                RunFolder.of(job.path("out").toString(), new Configuration()), new Configuration())
            .latest()
            .orElseThrow()
            .origin()
            .fingerprint()
            .get("training.distillation.teacher");
    assertThat(taught).isEqualTo(summary(job, "teacher").get("parametersSha256").asText());

    Files.move(job.path("teacher"), job.path("moved"));
    Outcome refused =
        train(job, "out", "--set", one, "--set", TEACHER + job.path("other"), "--resume");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err())
        .contains(
            "it belongs to another model or configuration (training.distillation.teacher: ",
            taught.substring(0, 60));
    Outcome without = train(job, "out", "--set", one, "--resume");
    assertThat(without.err()).contains("training.distillation.teacher: ", ", now none");
    String before;
    try (Stream<Path> all = Files.list(job.path("out").resolve("checkpoints"))) {
      List<String> names = all.map(each -> each.getFileName().toString()).sorted().toList();
      before = names.get(names.size() - 2);
    }
    assertThat(
            train(
                job, "out", "--set", one, "--set", TEACHER + job.path("moved"), "--resume", before))
        .isEqualTo(done);
    assertThat(summary(job, "out").get("parametersSha256")).isEqualTo(end.get("parametersSha256"));
  }
}
