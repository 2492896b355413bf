package org.sparkqat.app.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.testkit.CommandLine;

class BundledConfigurationsTest {

  static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(CommandLine.projectFolder().resolve("conf"))) {
      return all.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void aBundledConfigurationIsValidAndWritesBelowTarget(Path file) throws IOException {
    ConfigurationText text =
        ConfigurationText.read(file.toString(), Files.readString(file), List.of());
    String name = file.getFileName().toString().replace(".yaml", "");
    assertThat(text.job().output().path()).isEqualTo("target/" + name);
    assertThat(ConfigurationText.read("again", text.resolved(), List.of()).job())
        .isEqualTo(text.job());
  }
}
