package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.ParameterLayout;

/** Small training states whose numbers depend on the step, with the awkward ones among them. */
final class CheckpointStates {

  static final CheckpointOrigin ORIGIN =
      new CheckpointOrigin(Map.of("model", "lenet5", "training.seed", "42"), "0.1.0", "avx2");

  private CheckpointStates() {}

  static TrainingState at(long step) {
    return at(new Position(Phase.FLOAT, 1, 2, step));
  }

  static TrainingState at(Position position) {
    float seed = position.step();
    float[] parameters = {seed, -0f, Float.MIN_VALUE, Float.MAX_VALUE, 0.1f};
    float[][] slots = {{1, 2, 3, 4, seed}, {5, 6, 7, 8, 9}};
    Ranges ranges = Ranges.empty(2);
    ranges.set(0, new Range(-1.5f, seed));
    Map<String, Double> results = Map.of("floatAccuracy", 0.1 + 0.2, "ptqAccuracy", Double.NaN);
    return new TrainingState(
        position, parameters, slots, new float[] {0.5f, seed}, ranges, 7, results);
  }

  /** Equal in every bit. */
  static void assertSame(TrainingState actual, TrainingState expected) {
    assertThat(actual.position()).isEqualTo(expected.position());
    assertBits(actual.parameters(), expected.parameters());
    assertThat(actual.slots().length).isEqualTo(expected.slots().length);
    for (int i = 0; i < expected.slots().length; i++) {
      assertBits(actual.slots()[i], expected.slots()[i]);
    }
    assertBits(actual.statistics(), expected.statistics());
    assertBits(actual.ranges().flat(), expected.ranges().flat());
    assertThat(actual.observations()).isEqualTo(expected.observations());
    assertThat(actual.results()).isEqualTo(expected.results());
    assertThat(actual.memory().quietSteps()).isEqualTo(expected.memory().quietSteps());
    assertThat(actual.memory().arrays().keySet()).isEqualTo(expected.memory().arrays().keySet());
    expected
        .memory()
        .arrays()
        .forEach((kind, numbers) -> assertBits(actual.memory().arrays().get(kind), numbers));
  }

  private static void assertBits(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    assertThat(ParameterLayout.sha256(actual)).isEqualTo(ParameterLayout.sha256(expected));
  }
}
