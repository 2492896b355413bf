package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCommandTest {

  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private int run(String options) {
    List<String> arguments = new ArrayList<>(List.of("generate"));
    arguments.addAll(Arrays.asList(options.split(" ")));
    return Main.run(
        Main.commandLine().setErr(new PrintWriter(err)), arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--rows 5 | Missing option: --features F or --image CxHxW",
        "--rows 5 --features 2 --image 1x2x2 | Invalid options: --features and --image (use one of them)",
        "--rows 0 --features 2 | Invalid --rows: 0 (must be at least 1)",
        "--rows 5 --features 0 | Invalid --features: 0 (allowed: 1 to 67108864)",
        "--rows 5 --image 32x32 | Invalid --image: 32x32 (must be CxHxW, e.g. 3x32x32)",
        "--rows 5 --image 3x0x32 | Invalid --image: 3x0x32 (allowed: 1 to 67108864 values)",
        "--rows 5 --image 999999999x999999999x999999999 | Invalid --image: 999999999x999999999x999999999 (allowed: 1 to 67108864 values)",
        "--rows 5 --features 2 --classes 1 | Invalid --classes: 1 (allowed: 0 for regression, or 2 to 65536)",
        "--rows 5 --features 2 --format xlsx | Invalid --format: xlsx (allowed: parquet, orc, json, csv)",
        "--rows 5 --image 1x2x2 --format json | Invalid --format: json (allowed for images: parquet, orc)",
        "--rows 5 --features 2 --partitions 0 | Invalid --partitions: 0 (allowed: 1 to 1000000)",
        "--rows 9223372036854775807 --features 2 | Invalid --rows: 9223372036854775807 (a set of more than 2^63 bytes)",
      })
  void aWrongOptionIsOneLineAndExitCode2(String options, String message) {
    assertThat(run(options + " --output " + folder.resolve("out"))).isEqualTo(2);
    assertThat(err.toString().lines()).containsExactly("spark-qat: " + message);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFolderThatExistsIsLeftAlone() {
    assertThat(run("--rows 5 --features 2 --output " + folder)).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly("spark-qat: Invalid --output: " + folder + " (exists already)");
  }
}
