package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkqat.training.LearningRate.Constant;
import org.sparkqat.training.LearningRate.Cosine;
import org.sparkqat.training.LearningRate.OneCycle;
import org.sparkqat.training.LearningRate.Steps;

class LearningRateTest {

  @Test
  void cosineIsPyTorchs() {
    assertRates(new Cosine(0.1, 0, 0.001), 10, Golden.doubles(schedule("cosine")));
  }

  @Test
  void stepsArePyTorchs() {
    assertRates(new Steps(0.1, 0, List.of(3.0, 6.0), 0.2), 10, Golden.doubles(schedule("steps")));
  }

  @Test
  void oneCycleIsPyTorchs() {
    assertRates(new OneCycle(0.1, 6.0 / 21, 25, 1e4), 21, Golden.doubles(schedule("oneCycle")));
  }

  @Test
  void constantStays() {
    LearningRate rate = new Constant(0.5, 0);

    assertThat(rate.at(0, 3)).isEqualTo(0.5);
    assertThat(rate.at(2.9, 3)).isEqualTo(0.5);
  }

  @Test
  void warmupRisesLinearlyFromAHundredthAndThenTheScheduleBegins() {
    for (LearningRate rate :
        List.of(new Constant(1, 2), new Steps(1, 2, List.of(5.0), 0.1), new Cosine(1, 2, 0))) {
      assertThat(rate.at(0, 10)).isEqualTo(0.01);
      assertThat(rate.at(1, 10)).isCloseTo(0.505, within(1e-12));
      assertThat(rate.at(2, 10)).isEqualTo(1);
    }
    assertThat(new Cosine(1, 2, 0).at(6, 10)).isCloseTo(0.5, within(1e-12));
    assertThat(new Cosine(1, 2, 0).at(10, 10)).isZero();
  }

  @Test
  void aWarmupLongerThanThePhaseNeverReachesTheBase() {
    assertThat(new Cosine(1, 4, 0).at(2, 2)).isCloseTo(0.505, within(1e-12));
  }

  @Test
  void beyondThePhaseTheLastRateHolds() {
    assertThat(new Cosine(1, 0, 0.25).at(11, 10)).isEqualTo(0.25);
    assertThat(new OneCycle(1, 0.3, 25, 100).at(11, 10)).isCloseTo(0.01, within(1e-12));
  }

  @Test
  void oneCycleMayBeginAtTheTop() {
    assertThat(new OneCycle(1, 0, 25, 100).at(0, 10)).isEqualTo(1);
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> new Constant(0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid learning-rate base: 0.0 (must be above 0 and finite)");
    assertThatThrownBy(() -> new Constant(1, -1))
        .hasMessage("Invalid learning-rate warm-up epochs: -1.0 (must be at least 0 and finite)");
    assertThatThrownBy(() -> new Steps(1, 0, List.of(6.0, 3.0), 0.1))
        .hasMessage("Invalid learning-rate epochs: [6.0, 3.0] (must be above 0 and ascending)");
    assertThatThrownBy(() -> new Steps(1, 0, List.of(), 0))
        .hasMessage("Invalid learning-rate factor: 0.0 (allowed: above 0, at most 1)");
    assertThatThrownBy(() -> new Cosine(0.1, 0, 0.2))
        .hasMessage("Invalid learning-rate floor: 0.2 (allowed: 0 to the base 0.1)");
    assertThatThrownBy(() -> new OneCycle(1, 1, 25, 100))
        .hasMessage("Invalid learning-rate warm-up share: 1.0 (allowed: 0 up to below 1)");
    assertThatThrownBy(() -> new OneCycle(1, 0.3, 0.5, 100))
        .hasMessage("Invalid learning-rate start divisor: 0.5 (must be at least 1 and finite)");
    assertThatThrownBy(() -> new Constant(1, 0).at(0, 0))
        .hasMessage("Invalid epochs of a phase: 0.0 (must be above 0 and finite)");
  }

  private static JsonNode schedule(String name) {
    return Golden.read("schedules").required(name);
  }

  private static void assertRates(LearningRate rate, int epochs, double[] expected) {
    for (int epoch = 0; epoch < expected.length; epoch++) {
      assertThat(rate.at(epoch, epochs))
          .as("epoch %d", epoch)
          .isCloseTo(expected[epoch], within(1e-9));
    }
  }
}
