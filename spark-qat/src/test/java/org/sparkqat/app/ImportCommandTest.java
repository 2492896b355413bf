package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ImportCommandTest {

  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void anUnknownFormatIsOneLineAndExitCode2() {
    assertThat(run("--format", "tar", "--from", ".", "--to", folder.toString())).isEqualTo(2);
    assertThat(err)
        .hasToString("Invalid format: tar (allowed: mnist-idx, cifar10-binary, cifar10-sprites)\n");
  }

  @Test
  void aFolderWithoutTheFilesIsOneLineAndExitCode2() {
    String from = folder.toString();
    assertThat(run("--format", "mnist-idx", "--from", from, "--to", from + "/out")).isEqualTo(2);
    assertThat(err)
        .hasToString(
            "Invalid folder: %s (mnist-idx needs the file train-images-idx3-ubyte)\n"
                .formatted(from));
  }

  private int run(String... arguments) {
    return new CommandLine(new ImportCommand())
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
