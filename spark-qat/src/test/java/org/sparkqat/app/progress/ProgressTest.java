package org.sparkqat.app.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long now;

  private Progress progress(Progress.Style style) {
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    return new Progress(out, style, "img", () -> now);
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Update step(int step) {
    return new Update("float", 2, 3, step, 10, 30 - step, 50, 0.1317);
  }

  private void run(Progress progress, int steps, long millisecondsEach) {
    for (int step = 1; step <= steps; step++) {
      now += TimeUnit.MILLISECONDS.toNanos(millisecondsEach);
      progress.step(step(step));
    }
  }

  @Test
  void theBarShowsPlaceRateLossAndTimeLeftInOneLine() {
    Progress progress = progress(Progress.Style.BAR);
    run(progress, 5, 500);
    assertThat(shown())
        .endsWith("\rfloat 2/3 [========>       ]  50%  100 img/s  loss 0.132  left 0:13")
        .doesNotContain("\n");
  }

  @Test
  void theBarIsRefreshedTenTimesASecondAtMost() {
    run(progress(Progress.Style.BAR), 9, 20);
    assertThat(shown().chars().filter(c -> c == '\r')).hasSize(2);
  }

  @Test
  void theBarEndsItsLineWithTheEpoch() {
    run(progress(Progress.Style.BAR), 10, 1);
    assertThat(shown()).contains("[================] 100%").endsWith("\n");
  }

  @Test
  void aMessageWipesTheBar() {
    Progress progress = progress(Progress.Style.BAR);
    run(progress, 1, 1000);
    int width = shown().length() - 1;
    progress.message("hello");
    assertThat(shown()).endsWith("\r" + " ".repeat(width) + "\rhello" + System.lineSeparator());
  }

  @Test
  void closingLeavesTheCursorOnALineOfItsOwn() {
    Progress progress = progress(Progress.Style.BAR);
    run(progress, 1, 1000);
    progress.close();
    assertThat(shown()).endsWith("\n");
  }

  @Test
  void noLineIsWiderThanATerminal() {
    Progress progress = progress(Progress.Style.BAR);
    now += TimeUnit.HOURS.toNanos(1);
    progress.step(
        new Update("calibration", 100, 1000, 1, 1_000_000, 1L << 40, 1 << 20, 123456.789));
    assertThat(shown()).hasSizeLessThanOrEqualTo(80);
  }

  @Test
  void elsewhereThereIsALineASecondAtMostHoweverShortTheEpochs() {
    run(progress(Progress.Style.LINES), 10, 300);
    List<String> lines = shown().lines().toList();
    assertThat(lines)
        .extracting(line -> line.replaceAll("  .*", ""))
        .containsExactly("float 2/3", "float 2/3", "float 2/3");
    assertThat(lines.get(0)).contains("step 1/10 (10%)");
    assertThat(lines.get(2))
        .isEqualTo("float 2/3  step 9/10 (90%)  167 img/s  loss 0.132  left 0:06");
    assertThat(shown()).doesNotContain("\r");
  }

  @Test
  void aStepWithoutLossShowsNone() {
    progress(Progress.Style.LINES).step(new Update("calibration", 1, 1, 1, 4, 100, 50, Double.NaN));
    assertThat(shown()).doesNotContain("loss");
  }

  @Test
  void thePaceIsThatOfThePhase() {
    Progress progress = progress(Progress.Style.LINES);
    run(progress, 10, 1000);
    now += TimeUnit.MILLISECONDS.toNanos(1250);
    progress.step(new Update("qat", 1, 1, 10, 10, 0, 50, 0.5));
    assertThat(shown()).endsWith("qat 1/1  step 10/10 (100%)  40 img/s  loss 0.500  left 0:00\n");
  }

  @ParameterizedTest
  @CsvSource({"0,0:00", "59,0:59", "61,1:01", "3599,59:59", "3600,1:00:00", "90061,25:01:01"})
  void durationsAreShort(long seconds, String text) {
    assertThat(Progress.duration(seconds)).isEqualTo(text);
  }

  @Test
  void aDumbTerminalAndAWishForLinesGetNoBar() {
    assertThat(Terminal.stderrIsInteractive(Map.of())).isFalse();
    assertThat(Terminal.stderrIsInteractive(Map.of("TERM", "dumb"))).isFalse();
    assertThat(Terminal.stderrIsInteractive(Map.of("TERM", "xterm", "SPARK_QAT_PROGRESS", "lines")))
        .isFalse();
    assertThat(Terminal.stderrIsInteractive(Map.of("SPARK_QAT_PROGRESS", "bar"))).isTrue();
  }
}
