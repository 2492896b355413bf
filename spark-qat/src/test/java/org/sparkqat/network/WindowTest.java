package org.sparkqat.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowTest {

  @ParameterizedTest
  @CsvSource({
    // size, kernel, stride, padding, output
    "28, 5, 1, 2, 28",
    "28, 2, 2, 0, 14",
    "7, 2, 2, 0, 3",
    "32, 3, 2, 1, 16",
    "5, 3, 1, 2, 7",
    "1, 1, 1, 0, 1",
    "3, 3, 7, 0, 1",
  })
  void theOutputIsRoundedDown(int size, int kernel, int stride, int padding, int output) {
    Window window = Window.square(kernel, stride, padding);

    assertThat(window.outputHeight(size)).isEqualTo(output);
    assertThat(window.outputWidth(size)).isEqualTo(output);
  }

  @Test
  void theAxesAreIndependent() {
    Window window = new Window(3, 5, 1, 2, 1, 0);

    assertThat(window.outputHeight(8)).isEqualTo(8);
    assertThat(window.outputWidth(8)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 | 1 | 0 | Invalid kernel: [0, 0] (must be at least 1)
          3 | 0 | 0 | Invalid stride: [0, 0] (must be at least 1)
          3 | 1 | -1 | Invalid padding: [-1, -1] (must be at least 0)
          3 | 1 | 3 | Invalid padding: [3, 3] (must be less than the kernel)
          """)
  void sizesOutsideTheirRangesAreRefused(int kernel, int stride, int padding, String message) {
    assertThatThrownBy(() -> Window.square(kernel, stride, padding))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
