package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.Optimizer.Adam;
import org.sparkqat.training.Optimizer.AdamW;
import org.sparkqat.training.Optimizer.Nesterov;
import org.sparkqat.training.Optimizer.Sgd;

class OptimizerTest {

  private static final ParameterLayout LAYOUT = Golden.LAYOUT;

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of("sgd", new Sgd(0, Nesterov.NONE, 0.01), 0),
        Arguments.of("sgd-momentum", new Sgd(0.9, Nesterov.NONE, 0.01), 1),
        Arguments.of("sgd-nesterov", new Sgd(0.9, Nesterov.NESTEROV, 0.01), 1),
        Arguments.of("adam", new Adam(0.9, 0.999, 1e-8, 0.01), 2),
        Arguments.of("adamw", new AdamW(0.9, 0.999, 1e-8, 0.1), 2));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyStepIsPyTorchs(String name, Optimizer optimizer, int slots) {
    JsonNode golden = golden(name);
    float[] parameters = Golden.floats(golden.get("start"));
    float[][] state = optimizer.initialSlots(LAYOUT);

    assertThat(state.length).isEqualTo(slots);
    for (int step = 1; step <= golden.get("after").size(); step++) {
      float[] gradient = Golden.floats(golden.get("gradients").get(step - 1));
      double rate = golden.get("learningRate").doubleValue();
      optimizer.update(parameters, gradient, state, LAYOUT, rate, step);
      Golden.assertClose(parameters, Golden.floats(golden.get("after").get(step - 1)), 1e-6);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void onlyWeightsDecay(String name, Optimizer optimizer, int slots) {
    float[] parameters = new float[LAYOUT.size()];
    Arrays.fill(parameters, 2f);

    float[] zeros = new float[LAYOUT.size()];
    optimizer.update(parameters, zeros, optimizer.initialSlots(LAYOUT), LAYOUT, 0.1, 1);

    assertThat(parameters[0]).as(name).isLessThan(2f);
    assertThat(parameters[LAYOUT.parameter("fc.bias").offset()]).isEqualTo(2f);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theGradientStaysAsItIs(String name, Optimizer optimizer, int slots) {
    float[] gradient = Golden.floats(golden(name).get("gradients").get(0));
    float[] before = gradient.clone();

    float[] parameters = new float[LAYOUT.size()];
    optimizer.update(parameters, gradient, optimizer.initialSlots(LAYOUT), LAYOUT, 0.1, 1);

    assertThat(gradient).containsExactly(before);
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> new Sgd(1, Nesterov.NONE, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid optimizer momentum: 1.0 (allowed: 0 up to below 1)");
    assertThatThrownBy(() -> new Sgd(0, Nesterov.NESTEROV, 0))
        .hasMessage("Invalid optimizer momentum: 0.0 (Nesterov needs it above 0)");
    assertThatThrownBy(() -> new Sgd(0, Nesterov.NONE, Double.NaN))
        .hasMessage("Invalid optimizer weight decay: NaN (must be at least 0 and finite)");
    assertThatThrownBy(() -> new Adam(0.9, 1, 1e-8, 0))
        .hasMessage("Invalid optimizer beta2: 1.0 (allowed: 0 up to below 1)");
    assertThatThrownBy(() -> new AdamW(0.9, 0.999, 0, 0))
        .hasMessage("Invalid optimizer epsilon: 0.0 (must be above 0 and finite)");
  }

  @Test
  void arraysThatDoNotFitAreRefused() {
    Optimizer sgd = new Sgd(0.9, Nesterov.NONE, 0);
    float[] fits = new float[LAYOUT.size()];

    assertThatThrownBy(() -> sgd.update(fits, new float[2], new float[1][15], LAYOUT, 0.1, 1))
        .hasMessage("Invalid gradient: 2 numbers (expected 15)");
    assertThatThrownBy(() -> sgd.update(fits, fits, new float[0][], LAYOUT, 0.1, 1))
        .hasMessageStartingWith("Invalid optimizer slots: 0 (expected 1 of Sgd[");
    assertThatThrownBy(() -> sgd.update(fits, fits, new float[1][15], LAYOUT, Double.NaN, 1))
        .hasMessage("Invalid learning rate: NaN (must be at least 0 and finite)");
    assertThatThrownBy(() -> sgd.update(fits, fits, new float[1][15], LAYOUT, 0.1, 0))
        .hasMessage("Invalid optimizer step: 0 (must be at least 1)");
  }

  private static JsonNode golden(String name) {
    for (JsonNode candidate : Golden.read("optimizers")) {
      if (candidate.get("name").textValue().equals(name)) {
        return candidate;
      }
    }
    throw new AssertionError("no golden case " + name);
  }
}
