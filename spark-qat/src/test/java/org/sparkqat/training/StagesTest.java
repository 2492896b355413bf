package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;

class StagesTest {

  private static final LearningRate RATE = new LearningRate.Constant(0.1, 0);
  private static final QuantizationScheme W8A8 = QuantizationScheme.W8A8;
  private static final QuantizationScheme W4A8 =
      new QuantizationScheme(W8A8.weights().withBits(4), W8A8.activations(), 0, List.of());
  private static final QuantizationScheme W4A4 =
      new QuantizationScheme(W4A8.weights(), W8A8.activations().withBits(4), 0, List.of());

  private static final Stages STEPPED =
      new Stages(
          List.of(
              Stage.ofFloat("float", W8A8, 3, RATE),
              Stage.quantized("w8a8", W8A8, 2, RATE),
              Stage.quantized("w4a8", W4A8, 2, RATE),
              Stage.quantized("w4a4", W4A4, 2, RATE)));

  @Test
  void positionsFollowOneAnother() {
    Position at = STEPPED.start();
    StringBuilder order = new StringBuilder();
    while (at.phase() != Phase.DONE) {
      order.append(STEPPED.tag(at)).append(' ');
      at = STEPPED.afterPhase(at);
    }
    assertThat(order).hasToString("float ptq w8a8 w4a8 w4a4ptq w4a4 ");
    assertThat(at.stage()).isEqualTo(3);
  }

  @Test
  void theNetworkAtTheBeginningOfAStageIsThatOfTheOneBefore() {
    assertThat(STEPPED.ofNetwork(STEPPED.begin(2, 0, 9)).name()).isEqualTo("w8a8");
    assertThat(STEPPED.ofNetwork(STEPPED.begin(2, 0, 9).nextStep(10)).name()).isEqualTo("w4a8");
    assertThat(STEPPED.ofNetwork(STEPPED.begin(3, 1, 9)).name()).isEqualTo("w4a8");
    Position calibrated = STEPPED.afterPhase(STEPPED.begin(3, 0, 9));
    assertThat(STEPPED.ofNetwork(calibrated).name()).isEqualTo("w4a4");
    assertThat(STEPPED.ofNetwork(STEPPED.begin(4, 0, 9)).name()).isEqualTo("w4a4");
    assertThat(STEPPED.ofNetwork(STEPPED.start()).name()).isEqualTo("float");
  }

  @Test
  void passesAndEpochsAreCounted() {
    assertThat(STEPPED.epochs()).isEqualTo(9);
    assertThat(STEPPED.epochs(Stage.Form.FLOAT)).isEqualTo(3);
    assertThat(STEPPED.passesBefore(4)).isEqualTo(9 + 2);
  }

  @Test
  void realWeightsAreNotComputedWithAsIntegersAre() {
    QuantizationScheme integers = W8A8.integerTrue(Optional.of(Rounding.FIXED_POINT_DOUBLE));
    Stage whole = Stage.quantized("whole", integers, 1, RATE);

    assertThat(whole.trainingScheme().integerTrue()).contains(Rounding.FIXED_POINT_DOUBLE);
    assertThat(whole.share(new QuantizedShare.Largest(0.5)).trainingScheme().integerTrue())
        .isEmpty();
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    Stage eight = Stage.quantized("w8a8", W8A8, 2, RATE);
    assertThatThrownBy(() -> new Stages(List.of(eight, eight)))
        .hasMessage(
            "Invalid stage name: 'w8a8' (each once, and none that ends with ptq or trained)");
    assertThatThrownBy(() -> new Stages(List.of(Stage.quantized("aptq", W8A8, 2, RATE))))
        .hasMessageStartingWith("Invalid stage name: 'aptq'");
    assertThatThrownBy(() -> new Stages(List.of(eight, Stage.ofFloat("float", W8A8, 1, RATE))))
        .hasMessage("Invalid stage 'float': float (float stages come before quantized ones)");
    assertThatThrownBy(() -> new Stages(List.of(Stage.ofFloat("float", W8A8, 0, RATE))))
        .hasMessage("Invalid stages: [float] (one must have epochs, or be quantized)");
    assertThatThrownBy(() -> Stage.quantized("W8A8", W8A8, 1, RATE))
        .hasMessage("Invalid stage name: 'W8A8' (lower-case letters and digits)");
    assertThatThrownBy(() -> eight.learningRateFactor(0))
        .hasMessageStartingWith("Invalid learning-rate factor of stage 'w8a8': 0.0");
    assertThatThrownBy(() -> BatchNormFreeze.from(-1))
        .hasMessage("Invalid batch-norm freeze epoch: -1 (must be at least 0)");
  }
}
