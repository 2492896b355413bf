package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Seeds;
import org.sparkqat.engine.Targets;
import org.sparkqat.training.Loss.MeanSquaredError;
import org.sparkqat.training.Loss.SoftmaxCrossEntropy;

class LossTest {

  @Test
  void crossEntropyIsPyTorchs() {
    for (JsonNode golden : Golden.read("crossEntropy")) {
      float[] outputs = Golden.floats(golden.get("outputs"));
      Targets targets = new Targets(4, Golden.ints(golden.get("labels")), new float[0]);
      Loss loss = new SoftmaxCrossEntropy(golden.get("smoothing").doubleValue());
      float[] gradient = new float[outputs.length];

      double mean = loss.apply(outputs, targets, gradient);

      assertThat(mean).isCloseTo(golden.get("loss").doubleValue(), within(1e-12));
      Golden.assertClose(gradient, Golden.floats(golden.get("gradient")), 1e-8);
      assertThat(loss.evaluate(outputs, targets, 5))
          .isCloseTo(golden.get("plainSum").doubleValue(), within(1e-12));
    }
  }

  @Test
  void meanSquaredErrorIsPyTorchs() {
    JsonNode golden = Golden.read("meanSquaredError");
    float[] outputs = Golden.floats(golden.get("outputs"));
    Targets targets = new Targets(0, new int[0], Golden.floats(golden.get("values")));
    Loss loss = new MeanSquaredError(golden.get("width").intValue());
    float[] gradient = new float[outputs.length];

    double mean = loss.apply(outputs, targets, gradient);

    assertThat(mean).isCloseTo(golden.get("loss").doubleValue(), within(1e-12));
    Golden.assertClose(gradient, Golden.floats(golden.get("gradient")), 1e-8);
    assertThat(loss.evaluate(outputs, targets, 5)).isCloseTo(5 * mean, within(1e-12));
  }

  @Test
  void gradientsAgreeWithCentralDifferences() {
    Random random = Seeds.random();
    int classes = 7;
    Targets labels = Targets.ofLabels(classes, 4);
    Targets values = Targets.ofValues(4, classes);
    for (int n = 0; n < 4; n++) {
      labels.labels()[n] = random.nextInt(classes);
    }
    fill(values.values(), random);

    assertGradient(new SoftmaxCrossEntropy(0), labels, classes, random);
    assertGradient(new SoftmaxCrossEntropy(0.2), labels, classes, random);
    assertGradient(new MeanSquaredError(classes), values, classes, random);
  }

  private static void assertGradient(Loss loss, Targets targets, int width, Random random) {
    float[] outputs = new float[4 * width];
    fill(outputs, random);
    float[] gradient = new float[outputs.length];
    loss.apply(outputs, targets, gradient);
    float[] scratch = new float[outputs.length];
    for (int i = 0; i < outputs.length; i++) {
      float x = outputs[i];
      // Multiples of the spacing of floats, so that the difference of positions is exact.
      outputs[i] = x + 0x1p-9f;
      double high = outputs[i];
      double above = loss.apply(outputs, targets, scratch);
      outputs[i] = x - 0x1p-9f;
      double below = loss.apply(outputs, targets, scratch);
      double slope = (above - below) / (high - outputs[i]);
      outputs[i] = x;
      assertThat((double) gradient[i]).as("%s, %d", loss, i).isCloseTo(slope, within(1e-6));
    }
  }

  @Test
  void hugeOutputsGiveFiniteLosses() {
    Targets targets = new Targets(3, new int[] {0}, new float[0]);
    float[] gradient = new float[3];

    double loss =
        new SoftmaxCrossEntropy(0).apply(new float[] {-1e30f, 1e30f, 0}, targets, gradient);

    assertThat(loss).isEqualTo((double) 1e30f - -1e30f);
    assertThat(gradient).containsExactly(-1, 1, 0);
  }

  @Test
  void aNonFiniteOutputGivesANonFiniteLoss() {
    Targets targets = new Targets(3, new int[] {0}, new float[0]);
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      double loss =
          new SoftmaxCrossEntropy(0.1).apply(new float[] {0, value, 0}, targets, new float[3]);
      assertThat(loss).isNotFinite();
    }
  }

  @Test
  void evaluationCountsTheFirstExamplesOnly() {
    Targets labels = new Targets(2, new int[] {0, 1, 1}, new float[0]);
    float[] outputs = {0, 0, 0, 0, 99, -99};

    assertThat(new SoftmaxCrossEntropy(0.5).evaluate(outputs, labels, 2))
        .isCloseTo(2 * Math.log(2), within(1e-12));

    Targets values = new Targets(0, new int[0], new float[] {1, 1, 2, 2, 0, 0});
    assertThat(new MeanSquaredError(2).evaluate(outputs, values, 2)).isEqualTo(5);
  }

  @Test
  void wrongInputsAreNamed() {
    Targets targets = new Targets(3, new int[] {3}, new float[0]);

    assertThatThrownBy(() -> new SoftmaxCrossEntropy(0).apply(new float[3], targets, new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid label: 3 (allowed: 0 to 2)");
    assertThatThrownBy(() -> new SoftmaxCrossEntropy(0).apply(new float[4], targets, new float[4]))
        .hasMessage("Invalid outputs of a loss: 4 numbers (expected 3)");
    assertThatThrownBy(() -> new SoftmaxCrossEntropy(1))
        .hasMessage("Invalid label smoothing: 1.0 (allowed: 0 up to below 1)");
    assertThatThrownBy(() -> new MeanSquaredError(0))
        .hasMessage("Invalid outputs of a loss: 0 (must be at least 1)");
  }

  private static void fill(float[] values, Random random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.round(random.nextGaussian() * 4096) / 4096f;
    }
  }
}
