package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Shape;

class OscillationsTest {

  /** Weights [1, 4] with the scale 1/127: the first one is the largest. */
  private static final Network NETWORK =
      Network.builder("one", new Shape(4))
          .add("fc", new Layer.FullyConnected(1, Bias.WITHOUT))
          .build();

  private static final QuantizedGraph GRAPH =
      QuantizedGraph.of(BlockGraph.of(NETWORK), QuantizationScheme.W8A8);

  private static float[] weights(float... codes) {
    float[] parameters = new float[NETWORK.parameters().size()];
    for (int i = 0; i < codes.length; i++) {
      parameters[i] = codes[i] / 127;
    }
    return parameters;
  }

  private static Oscillations.Found observe(
      Oscillations by, StageMemory memory, float[] parameters) {
    return by.observe(
        memory, parameters, Initialization.statistics(NETWORK), Ranges.empty(GRAPH.slots()));
  }

  @Test
  void onlyACodeThatTurnsBackOscillates() {
    Oscillations by = new Oscillations(GRAPH, new OscillationWatch(0.5, 0.4, 0), new SpareArrays());
    StageMemory memory = StageMemory.NONE;
    // The second goes up and down, the third up all the time, the fourth stays.
    float[][] steps = {{127, 3, 3, 5}, {127, 4, 4, 5}, {127, 3, 5, 5}, {127, 3, 6, 5}};
    double[] shares = {0, 0, 0.25, 0};
    for (int step = 0; step < steps.length; step++) {
      Oscillations.Found found = observe(by, memory, weights(steps[step]));
      assertThat(found.oscillating()).as("step " + step).isEqualTo(shares[step]);
      assertThat(found.frozen()).isZero();
      memory = found.memory();
    }
  }

  @Test
  void aFrozenWeightKeepsItsCodeAndFollowsTheScale() {
    Oscillations by =
        new Oscillations(GRAPH, new OscillationWatch(0.5, 0.4, 0.4), new SpareArrays());
    StageMemory memory = StageMemory.NONE;
    for (float code : new float[] {3, 4, 3}) {
      memory = observe(by, memory, weights(127, code, 9, 5)).memory();
    }
    float[] parameters = weights(127, 40, 9, 5);
    Oscillations.Found found = observe(by, memory, parameters);
    // The mean of the codes 3, 4, 3 with momentum 1/2 is 3.25.
    assertThat(parameters[1] * 127).isCloseTo(3, within(1e-4f));
    assertThat(parameters[2]).isEqualTo(9f / 127);
    assertThat(found.frozen()).isEqualTo(0.25);
    assertThat(found.oscillating()).isZero();

    float[] wider = weights(254, 40, 9, 5);
    observe(by, found.memory(), wider);
    assertThat(wider[1] * 127).isCloseTo(6, within(1e-4f));
  }

  /** Codes of three weights, step after step: one rests in between, one is hasty, one climbs. */
  private static final float[][] CODES = {
    {3, 3, 4, 4, 4, 3, 3, 3, 4, 4},
    {5, 4, 5, 4, 5, 5, 5, 5, 6, 7},
    {1, 3, 2, 4, 4, 4, 5, 6, 7, 8}
  };

  /**
   * What {@link #CODES} come to, of four weights with the largest one; they are left as the watch
   * moves them.
   */
  private static void assertCounts(
      OscillationWatch watch, List<Integer> oscillating, List<Integer> frozen, float[] parameters) {
    Oscillations by = new Oscillations(GRAPH, watch, new SpareArrays());
    StageMemory memory = StageMemory.NONE;
    for (int step = 0; step < CODES[0].length; step++) {
      float[] now = weights(127, CODES[0][step], CODES[1][step], CODES[2][step]);
      System.arraycopy(now, 0, parameters, 0, now.length);
      Oscillations.Found found = observe(by, memory, parameters);
      assertThat(4 * found.oscillating())
          .as("step " + step)
          .isEqualTo((double) oscillating.get(step));
      assertThat(4 * found.frozen()).as("step " + step).isEqualTo((double) frozen.get(step));
      memory = found.memory();
    }
  }

  /**
   * With the momentum 1/2 a step back makes the frequency f to (1 + f) / 2, any other to f / 2. The
   * first weight goes back in steps 5 and 8: 1/2, 1/4, 1/8, 9/16, 9/32. The second in 2 to 4: 1/2,
   * 3/4, 7/8, 7/16, 7/32, and goes on upwards. The third in 2 and 3: 1/2, 3/4, 3/8, 3/16.
   */
  @Test
  void weightsCountWhileTheyWentBackOfLate() {
    assertCounts(
        new OscillationWatch(0.5, 0.3, 0),
        List.of(0, 0, 2, 2, 2, 2, 0, 0, 1, 0),
        List.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        new float[4]);
  }

  /**
   * The second and the third weight exceed 0.6 in step 3, and are not counted as oscillating any
   * more. The means of their codes are 5, 4.5, 4.75, 4.375 and 1, 2, 2, 3.
   */
  @Test
  void aWeightIsEitherFrozenOrMayOscillate() {
    float[] parameters = new float[4];
    assertCounts(
        new OscillationWatch(0.5, 0.3, 0.6),
        List.of(0, 0, 2, 0, 0, 1, 0, 0, 1, 0),
        List.of(0, 0, 0, 2, 2, 2, 2, 2, 2, 2),
        parameters);
    assertThat(parameters[1] * 127).isCloseTo(4, within(1e-4f));
    assertThat(parameters[2] * 127).isCloseTo(4, within(1e-4f));
    assertThat(parameters[3] * 127).isCloseTo(3, within(1e-4f));
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new OscillationWatch(0, 0.1, 0))
        .hasMessage("Invalid oscillation momentum: 0.0 (allowed: above 0, at most 1)");
    assertThatThrownBy(() -> new OscillationWatch(0.1, 2, 0))
        .hasMessage("Invalid oscillation threshold: 2.0 (allowed: above 0, at most 1)");
    assertThatThrownBy(() -> new OscillationWatch(0.1, 0.1, -1))
        .hasMessage("Invalid oscillation freeze threshold: -1.0 (allowed: 0 to 1)");
  }
}
