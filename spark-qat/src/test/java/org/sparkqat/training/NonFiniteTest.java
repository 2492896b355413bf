package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NonFiniteTest {

  @Test
  void theFirstParameterWithANonFiniteValueIsFound() {
    float[] values = new float[Golden.LAYOUT.size()];
    assertThat(NonFinite.first(values, Golden.LAYOUT)).isEmpty();

    values[14] = Float.NEGATIVE_INFINITY;
    assertThat(NonFinite.first(values, Golden.LAYOUT)).get().hasToString(parameter("fc.bias"));
    values[11] = Float.NaN;
    assertThat(NonFinite.first(values, Golden.LAYOUT)).get().hasToString(parameter("fc.weight"));
  }

  @Test
  void aDivergedTrainingSaysWhereAndWhatToDo() {
    assertThat(TrainingDivergedException.ofLoss(Double.NaN, 120, "conv2"))
        .hasMessage(
            "Cannot continue training: loss is NaN at step 120 (first non-finite value in layer"
                + " 'conv2'; the last checkpoint stays usable: lower the learning rate or clip"
                + " gradients)");
    assertThat(TrainingDivergedException.ofLoss(Double.POSITIVE_INFINITY, 3))
        .hasMessage(
            "Cannot continue training: loss is Infinity at step 3 (the last checkpoint stays"
                + " usable: lower the learning rate or clip gradients)");
    assertThat(TrainingDivergedException.ofGradient(3, "fc1.weight"))
        .hasMessageStartingWith(
            "Cannot continue training: gradient of 'fc1.weight' is not finite at step 3 (");
  }

  @Test
  void parametersStatisticsAndScalesThatDivergeSayWhereToo() {
    assertThat(TrainingDivergedException.ofParameter(7, "block1.conv2.weight"))
        .hasMessageStartingWith(
            "Cannot continue training: parameter 'weight' of layer 'block1.conv2' is not finite, or"
                + " too large to quantize, at step 7 (");
    assertThat(TrainingDivergedException.ofStatistics(7, "bn1.variance"))
        .hasMessageStartingWith(
            "Cannot continue training: batch-norm statistics 'bn1.variance' are not finite at step"
                + " 7 (");
    assertThat(TrainingDivergedException.ofScale(7, "relu1"))
        .hasMessageStartingWith(
            "Cannot continue training: quantization range of layer 'relu1' is not finite, or too"
                + " wide, at step 7 (");
  }

  private static String parameter(String name) {
    return Golden.LAYOUT.parameter(name).toString();
  }
}
