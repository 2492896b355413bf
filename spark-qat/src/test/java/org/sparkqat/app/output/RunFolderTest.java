package org.sparkqat.app.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {

  private static final StartMode FRESH = new StartMode.Fresh();
  private static final StartMode OVERWRITE = new StartMode.Overwrite();
  private static final StartMode RESUME = new StartMode.Resume(Optional.empty());

  @TempDir private Path temporary;

  private RunFolder folder() throws IOException {
    return RunFolder.of(temporary.resolve("run").toString(), new Configuration());
  }

  @Test
  void aFolderThatDoesNotExistIsFree() throws IOException {
    RunFolder folder = folder();
    folder.requireStartable(FRESH);
    assertThat(temporary).isEmptyDirectory();
    folder.prepare(FRESH);
    assertThat(temporary.resolve("run")).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"summary.json", "config.yaml", "checkpoints"})
  void aFolderWithARunIsForResumeOrOverwriteOnly(String mark) throws IOException {
    Files.createDirectories(temporary.resolve("run").resolve(mark));
    RunFolder folder = folder();
    assertThatThrownBy(() -> folder.requireStartable(FRESH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot write to output.path: file:%s/run already holds a run (add --resume to go on with it, or --overwrite to replace it)"
                .formatted(temporary));
    assertThatCode(() -> folder.requireStartable(OVERWRITE)).doesNotThrowAnyException();
    assertThatCode(() -> folder.requireStartable(RESUME)).doesNotThrowAnyException();
  }

  @Test
  void whoClaimsAFolderLastWritesToIt() throws IOException {
    RunFolder first = folder();
    first.prepare(FRESH);
    first.claim();
    first.write(RunFolder.SUMMARY, "first");
    MetricsLog metrics = MetricsLog.start(first);
    metrics.add(Map.of("kind", "step"));

    RunFolder second = folder();
    second.prepare(RESUME);
    second.claim();
    assertThatThrownBy(() -> first.write(RunFolder.SUMMARY, "late"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "Cannot write to output.path: file:.*/run was taken over by another run, started 20.*Z on .+ \\(this one stops here\\)");
    assertThatThrownBy(metrics::flush).hasMessageContaining("was taken over by another run");
    assertThat(temporary.resolve("run/summary.json")).hasContent("first");
    assertThat(temporary.resolve("run/metrics.jsonl")).doesNotExist();
    second.write(RunFolder.SUMMARY, "second");
    assertThat(temporary.resolve("run/summary.json")).hasContent("second");
  }

  @Test
  void aClaimThatWasRemovedIsLost() throws IOException {
    RunFolder first = folder();
    first.prepare(FRESH);
    first.claim();
    folder().prepare(OVERWRITE);
    assertThatThrownBy(() -> first.write(RunFolder.SUMMARY, "late"))
        .hasMessageContaining("was taken over by another run, started ? on ?");
  }

  @Test
  void aFileIsNoFolder() throws IOException {
    Files.writeString(temporary.resolve("run"), "text");
    RunFolder folder = folder();
    assertThatThrownBy(() -> folder.requireStartable(OVERWRITE))
        .hasMessage(
            "Invalid output.path: file:%s/run (is a file; must be a folder)".formatted(temporary));
  }

  @Test
  void overwriteRemovesTheFilesOfTheRunAndNoOthers() throws IOException {
    RunFolder folder = folder();
    folder.prepare(FRESH);
    folder.write(RunFolder.SUMMARY, "{}");
    Files.createDirectories(temporary.resolve("run/checkpoints/step-00000001"));
    Files.writeString(temporary.resolve("run/notes.txt"), "mine");
    folder.prepare(RESUME);
    assertThat(temporary.resolve("run/checkpoints/step-00000001")).exists();
    folder.prepare(OVERWRITE);
    assertThat(temporary.resolve("run")).isDirectoryContaining("glob:**/notes.txt");
    assertThat(temporary.resolve("run").toFile().list()).containsExactly("notes.txt");
  }

  @Test
  void aFileIsReplacedAsAWholeAndNothingElseIsLeft() throws IOException {
    RunFolder folder = folder();
    folder.prepare(FRESH);
    folder.write(RunFolder.SUMMARY, "first, and longer");
    folder.write(RunFolder.SUMMARY, "säcond");
    assertThat(folder.read(RunFolder.SUMMARY)).isEqualTo("säcond");
    assertThat(temporary.resolve("run").toFile().list()).containsExactly("summary.json");
  }

  @Test
  void aWriteThatFailsLeavesTheOldFile() throws IOException {
    RunFolder folder = folder();
    folder.prepare(FRESH);
    folder.write(RunFolder.SUMMARY, "old");
    assertThatThrownBy(
            () ->
                org.sparkqat.app.output.Files.replace(
                    folder.files(),
                    folder.path(RunFolder.SUMMARY),
                    out -> {
                      out.write('n');
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");
    assertThat(folder.read(RunFolder.SUMMARY)).isEqualTo("old");
    assertThat(temporary.resolve("run").toFile().list()).containsExactly("summary.json");
  }
}
