package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.LossFunction;
import org.sparkqat.engine.Seeds;
import org.sparkqat.engine.Targets;

class DistillationTest {

  private static final int CLASSES = 5;
  private static final int EXAMPLES = 4;
  private static final Loss HARD = new Loss.SoftmaxCrossEntropy(0);

  private final Random random = Seeds.random();
  private final Targets targets = Targets.ofLabels(CLASSES, EXAMPLES);

  private float[] outputs() {
    float[] outputs = new float[EXAMPLES * CLASSES];
    for (int i = 0; i < outputs.length; i++) {
      outputs[i] = (float) (3 * random.nextGaussian());
    }
    return outputs;
  }

  @Test
  void aStudentThatEqualsItsTeacherHasNothingToLearnOfIt() {
    float[] outputs = outputs();
    float[] gradient = new float[outputs.length];

    double loss =
        new Distillation(3, 1).loss(HARD, outputs.clone()).apply(outputs, targets, gradient);

    assertThat(loss).isZero();
    assertThat(gradient).containsOnly(0f);
  }

  @Test
  void theSoftPartIsTheDivergenceTimesTheSquaredTemperature() {
    float[] student = {2, 0};
    float[] teacher = {0, 4};
    double p = 1 / (1 + Math.exp(-2));
    double q = 1 / (1 + Math.exp(-1));
    double divergence = p * Math.log(p / (1 - q)) + (1 - p) * Math.log((1 - p) / q);

    double loss =
        new Distillation(2, 1)
            .loss(HARD, teacher)
            .apply(student, Targets.ofLabels(2, 1), new float[2]);

    assertThat(loss).isCloseTo(4 * divergence, within(1e-12));
  }

  @Test
  void theGradientAgreesWithCentralDifferences() {
    LossFunction loss = new Distillation(2.5, 0.7).loss(HARD, outputs());
    float[] outputs = outputs();
    float[] gradient = new float[outputs.length];
    loss.apply(outputs, targets, gradient);
    float step = 0x1p-6f;
    for (int i = 0; i < outputs.length; i++) {
      float[] up = outputs.clone();
      float[] down = outputs.clone();
      up[i] += step;
      down[i] -= step;
      double slope =
          (loss.apply(up, targets, new float[up.length])
                  - loss.apply(down, targets, new float[up.length]))
              / ((double) up[i] - down[i]);
      // The error of a central difference: step^2 / 6 times a third derivative below 1.
      assertThat((double) gradient[i]).isCloseTo(slope, within(1e-4));
    }
  }

  @Test
  void evaluationKnowsNoTeacher() {
    float[] outputs = outputs();

    assertThat(new Distillation(4, 0.5).loss(HARD, outputs()).evaluate(outputs, targets, EXAMPLES))
        .isEqualTo(HARD.evaluate(outputs, targets, EXAMPLES));
  }

  @Test
  void wrongSettingsAreRefused() {
    assertThatThrownBy(() -> new Distillation(0, 0.5))
        .hasMessage("Invalid distillation temperature: 0.0 (must be above 0 and finite)");
    assertThatThrownBy(() -> new Distillation(4, 0))
        .hasMessage("Invalid distillation weight: 0.0 (allowed: above 0, at most 1)");
  }
}
