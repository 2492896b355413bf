package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MainTest {
  @Test
  void theVersionIsTheOneOfTheBuild() {
    assertThat(Version.current()).matches("\\d+\\.\\d+\\.\\d+.*");
  }

  @Test
  void helpIsASuccess() {
    assertThat(Main.run("--help")).isZero();
  }

  @Test
  void anUnknownOptionIsWrongUsage() {
    assertThat(Main.run("--no-such-option")).isEqualTo(2);
  }

  @Test
  void noCommandIsWrongUsage() {
    assertThat(Main.run()).isEqualTo(2);
  }
}
