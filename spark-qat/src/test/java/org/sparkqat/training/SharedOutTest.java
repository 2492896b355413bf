package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.engine.Seeds;
import org.sparkqat.tensor.Loops;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;

/** The driver's threads change no bit of clipping and update. */
class SharedOutTest {

  private static final ParameterLayout LAYOUT =
      ParameterLayout.builder()
          .add("fc.weight", Parameter.Kind.WEIGHT, new Shape(300, 700))
          .add("fc.bias", Parameter.Kind.BIAS, new Shape(300))
          .build();

  private final Random random = Seeds.random();

  private float[] array() {
    float[] values = new float[LAYOUT.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  static Stream<Optimizer> optimizers() {
    return Stream.of(
        new Optimizer.Sgd(0, Optimizer.Nesterov.NONE, 1e-3),
        new Optimizer.Sgd(0.9, Optimizer.Nesterov.NESTEROV, 1e-3),
        new Optimizer.Adam(0.9, 0.999, 1e-8, 1e-3),
        new Optimizer.AdamW(0.9, 0.999, 1e-8, 1e-2));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void anUpdateHasTheSameBits(Optimizer optimizer) {
    float[] gradient = array();
    float[] serial = array();
    float[] shared = serial.clone();
    float[][] serialSlots = optimizer.initialSlots(LAYOUT);
    float[][] sharedSlots = optimizer.initialSlots(LAYOUT);
    for (int step = 1; step < 4; step++) {
      optimizer.update(serial, gradient, serialSlots, LAYOUT, 0.1, step);
      optimizer.update(shared, gradient, sharedSlots, LAYOUT, 0.1, step, Loops.PARALLEL);
    }
    assertThat(shared).isEqualTo(serial);
    assertThat(sharedSlots).isDeepEqualTo(serialSlots);
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void anUpdateIntoOtherArraysHasTheSameBits(Optimizer optimizer) {
    float[] gradient = array();
    float[] parameters = array();
    float[][] slots = optimizer.initialSlots(LAYOUT);
    for (float[] slot : slots) {
      System.arraycopy(array(), 0, slot, 0, slot.length);
      // A second moment is not negative.
      for (int i = 0; i < slot.length; i++) {
        slot[i] = Math.abs(slot[i]);
      }
    }
    OptimizerArrays from = new OptimizerArrays(parameters, slots);
    OptimizerArrays before = copy(from);
    OptimizerArrays to = copy(from);
    Arrays.fill(to.parameters(), Float.NaN);
    Stream.of(to.slots()).forEach(slot -> Arrays.fill(slot, Float.NaN));
    float third = 1f / 3;
    float[] scaled = gradient.clone();
    Norms.scale(scaled, 0, scaled.length, third);
    Norms.scale(scaled, 0, scaled.length, 0.7f);

    optimizer.update(
        from, to, new ScaledGradient(gradient, third, 0.7f), LAYOUT, 0.1, 2, Loops.PARALLEL);

    assertThat(from.parameters()).isEqualTo(before.parameters());
    assertThat(from.slots()).isDeepEqualTo(before.slots());
    optimizer.update(parameters, scaled, slots, LAYOUT, 0.1, 2);
    assertThat(to.parameters()).isEqualTo(parameters);
    assertThat(to.slots()).isDeepEqualTo(slots);
  }

  private static OptimizerArrays copy(OptimizerArrays of) {
    return new OptimizerArrays(
        of.parameters().clone(), Stream.of(of.slots()).map(float[]::clone).toArray(float[][]::new));
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "3, 0, 0", "1e6, 0, 0", "3, 0.4, 0", "0, 0.4, 0.01"})
  void aGradientThatIsClippedWhenItIsUsedHasTheBitsOfOneThatWasBefore(
      double norm, double value, double adaptive) {
    float[] parameters = array();
    float[] gradient = array();
    float[] before = gradient.clone();
    float factor = 0.3f;
    Clipping clipping = new Clipping(norm, value, adaptive);
    // As in two passes over the array.
    float[] expected = gradient.clone();
    Norms.scale(expected, 0, expected.length, factor);
    ClipReport report = clipping.apply(expected, parameters, LAYOUT);

    ClippedGradient clipped =
        clipping.prepare(gradient, factor, parameters, LAYOUT, Loops.PARALLEL);

    assertThat(clipped.report()).isEqualTo(report);
    if (value == 0 && adaptive == 0) {
      assertThat(gradient).isEqualTo(before);
    }
    clipped.gradient().settle(Loops.PARALLEL);
    assertThat(gradient).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 3})
  void aClippedGradientHasTheSameBits(double norm) {
    float[] parameters = array();
    float[] serial = array();
    float[] shared = serial.clone();
    Clipping clipping = new Clipping(norm, 0.4, 0.01);
    ClipReport expected = clipping.apply(serial, 0.3f, parameters, LAYOUT, Loops.SERIAL);
    ClipReport report = clipping.apply(shared, 0.3f, parameters, LAYOUT, Loops.PARALLEL);
    assertThat(report).isEqualTo(expected);
    assertThat(shared).isEqualTo(serial);
  }
}
