package org.sparkqat.app.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.PlanMemory;
import org.sparkqat.engine.StepTimes;

class ModeFiguresTest {

  private static final PlanMemory MEMORY = new PlanMemory(1, 2);

  @Test
  void theMedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
    assertThat(ModeFigures.median(LongStream.of(9, 1, 4))).isEqualTo(4);
    assertThat(ModeFigures.median(LongStream.of(9, 1, 4, 5))).isEqualTo(4.5);
    assertThat(ModeFigures.median(LongStream.of(7))).isEqualTo(7);
  }

  @Test
  void sharesAreThoseOfTheTimeOfAllSteps() {
    StepSample first =
        new StepSample(1_000_000, new StepTimes(50_000, 150_000, 200_000, 100_000, 400_000), 99);
    StepSample second = new StepSample(3_000_000, new StepTimes(0, 0, 2_000_000, 0, 600_000), 301);

    ModeFigures figures =
        ModeFigures.of(4, List.of(first, second), List.of(3_000_000L, 5_000_000L), MEMORY);

    assertThat(figures.medianMs()).isEqualTo(2);
    assertThat(figures.examplesPerSecond()).isEqualTo(2000);
    assertThat(figures.evaluationMs()).isEqualTo(4);
    assertThat(figures.shares().backward()).isEqualTo(0.25);
    assertThat(figures.shares().quantization()).isEqualTo(0.05);
    assertThat(figures.shares().update()).isEqualTo(0.0001);
    assertThat(figures.shares().forward()).isCloseTo(0.6999, within(1e-12));
  }
}
