package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.training.Gate.Failure;
import org.sparkqat.training.Gate.Figures;
import org.sparkqat.training.Gate.Reference;

class GateTest {

  private static final Figures BEFORE = new Figures(0.95, 0.2);

  private static Gate gate(OptionalDouble drop, OptionalDouble rise) {
    return new Gate(drop, rise, Reference.PREVIOUS, 2, 0.5, Failure.STOP);
  }

  @Test
  void bothBoundsCount() {
    Gate gate = gate(OptionalDouble.of(0.01), OptionalDouble.of(0.1));
    assertThat(gate.obstacle(new Figures(0.945, 0.29), BEFORE)).isEmpty();
    assertThat(gate.obstacle(new Figures(0.93, 0.2), BEFORE))
        .contains("accuracy 0.9300, allowed 0.9400 (0.9500 less 0.0100)");
    assertThat(gate.obstacle(new Figures(0.95, 0.31), BEFORE))
        .contains("loss 0.3100, allowed 0.3000 (0.2000 and 0.1000)");
  }

  @Test
  void whatIsNoNumberDoesNotPass() {
    Gate gate = gate(OptionalDouble.of(1), OptionalDouble.empty());
    assertThat(gate.obstacle(new Figures(Double.NaN, 0), BEFORE)).isPresent();
    Gate loss = gate(OptionalDouble.empty(), OptionalDouble.of(100));
    assertThat(loss.obstacle(new Figures(1, Double.NaN), BEFORE)).isPresent();
  }

  @Test
  void eachRepetitionHasASmallerLearningRate() {
    Stage stage =
        Stage.quantized("w8a8", QuantizationScheme.W8A8, 2, new LearningRate.Constant(0.4, 0))
            .gate(gate(OptionalDouble.of(0), OptionalDouble.empty()));
    assertThat(stage.learningRate(0, 0)).isEqualTo(0.4);
    assertThat(stage.learningRate(1, 2)).isEqualTo(0.1);
  }

  @Test
  void aGateThatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> gate(OptionalDouble.empty(), OptionalDouble.empty()))
        .hasMessageStartingWith("Invalid gate: it bounds nothing");
    assertThatThrownBy(() -> gate(OptionalDouble.of(-1), OptionalDouble.empty()))
        .hasMessageStartingWith("Invalid gate's accuracy drop: -1.0");
    Stage gated =
        Stage.quantized("w8a8", QuantizationScheme.W8A8, 2, new LearningRate.Constant(0.4, 0))
            .gate(gate(OptionalDouble.of(0), OptionalDouble.empty()));
    assertThatThrownBy(() -> new Stages(List.of(gated)))
        .hasMessage("Invalid gate: at stage 'w8a8' (there is no stage before the first)");
  }
}
