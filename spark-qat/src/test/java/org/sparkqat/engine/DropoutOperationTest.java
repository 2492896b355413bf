package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.quantization.Ranges;

class DropoutOperationTest {

  private static final DropoutKey KEY = new DropoutKey(42, 5, 3);
  private static final int SIZE = 40_000;

  @Test
  void oneKeyGivesOneMask() {
    assertThat(Dropouts.factors(2, 0.3f, KEY, SIZE))
        .isEqualTo(Dropouts.factors(2, 0.3f, KEY, SIZE));
  }

  @Test
  void seedStepShardAndBlockEachGiveAnotherMask() {
    float[] mask = Dropouts.factors(2, 0.5f, KEY, SIZE);
    assertIndependent(mask, Dropouts.factors(2, 0.5f, new DropoutKey(43, 5, 3), SIZE));
    assertIndependent(mask, Dropouts.factors(2, 0.5f, new DropoutKey(42, 6, 3), SIZE));
    assertIndependent(mask, Dropouts.factors(2, 0.5f, new DropoutKey(42, 5, 2), SIZE));
    assertIndependent(mask, Dropouts.factors(3, 0.5f, KEY, SIZE));
  }

  /** Half of the elements of two independent masks of rate 1/2 agree; 0.0125 is 5 sigma. */
  private static void assertIndependent(float[] one, float[] other) {
    int equal = 0;
    for (int i = 0; i < one.length; i++) {
      equal += one[i] == other[i] ? 1 : 0;
    }
    assertThat((double) equal / one.length).isCloseTo(0.5, within(0.0125));
  }

  @Test
  void theMaskOfAnElementDoesNotDependOnTheSizeOfTheMicroBatch() {
    assertThat(Dropouts.factors(2, 0.3f, KEY, SIZE)).startsWith(Dropouts.factors(2, 0.3f, KEY, 17));
  }

  @ParameterizedTest
  @ValueSource(floats = {0f, 0.1f, 0.25f, 0.5f, 0.9f, 0.999f})
  void aShareOfRateIsDroppedAndTheRestScaledToKeepTheMean(float rate) {
    int dropped = 0;
    for (float factor : Dropouts.factors(0, rate, KEY, SIZE)) {
      assertThat(factor).isIn(0f, 1f / (1f - rate));
      dropped += factor == 0 ? 1 : 0;
    }
    double sigma = Math.sqrt(rate * (1 - rate) / SIZE);
    assertThat((double) dropped / SIZE).isCloseTo(rate, within(5 * sigma));
  }

  @Test
  void evaluationPassesTheCodesAsTheyAre() {
    Activations src = new Activations(3, true);
    src.data[0] = -2;
    src.data[2] = 7;
    src.setCodes(0.5f);
    DropoutOperation operation = new DropoutOperation(0, 0.5f, src, new Activations(3, true));
    operation.load(new float[0], new float[0], Ranges.empty(0));

    operation.forward(new MicroBatchContext(Pass.INFERENCE, null, KEY));

    assertThat(operation.output().data).containsExactly(-2f, 0f, 7f);
    assertThat(operation.output().scale).isEqualTo(0.5f);
    assertThat(operation.output().isCodes).isTrue();
  }
}
