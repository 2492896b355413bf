package org.sparkqat.distributed.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sparkqat.distributed.exchange.ExchangeTimes;

class StepTimingTest {

  @Test
  void thePartsOfAStepAddUpToIt() {
    StepTiming timing = StepTiming.of(100, new ExchangeTimes(40, 60, 15), 7);
    assertThat(timing).isEqualTo(new StepTiming(40, 20, 25, 15, 7));
    assertThat(timing.total()).isEqualTo(107);
  }

  @Test
  void noPartIsLongerThanTheStepWhateverTheClocksOfTheWorkersSay() {
    assertThat(StepTiming.of(100, new ExchangeTimes(80, 130, 50), 0))
        .isEqualTo(new StepTiming(80, 20, 0, 0, 0));
    assertThat(StepTiming.of(100, new ExchangeTimes(120, 130, 50), 0))
        .isEqualTo(new StepTiming(100, 0, 0, 0, 0));
    assertThat(StepTiming.of(100, new ExchangeTimes(70, 70, 50), 0))
        .isEqualTo(new StepTiming(70, 0, 0, 30, 0));
  }

  @Test
  void anExchangeThatKnowsNothingIsAllWire() {
    assertThat(StepTiming.of(100, ExchangeTimes.NONE, 5))
        .isEqualTo(new StepTiming(0, 0, 100, 0, 5));
  }

  @Test
  void aNegativePartIsRefused() {
    assertThatThrownBy(() -> new StepTiming(0, -1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid step timing: 0, -1, 0, 0, 0 ns (must be at least 0)");
  }
}
