package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.sparkqat.distributed.evaluation.Evaluation;
import org.sparkqat.distributed.evaluation.EvaluationSet;
import org.sparkqat.distributed.evaluation.Evaluations;
import org.sparkqat.distributed.progress.RollBack;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.Gate;
import org.sparkqat.training.Gate.Failure;
import org.sparkqat.training.Gate.Reference;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingDivergedException;
import org.sparkqat.training.TrainingState;

class GatekeeperTest {

  private static final LearningRate RATE = new LearningRate.Constant(0.1, 0);
  private static final Evaluation GOOD = new Evaluation(0.2, 0.9, 100);
  private static final Evaluation BAD = new Evaluation(0.5, 0.8, 50);
  private static final Position END = new Position(1, 0, Phase.QAT, 1, 0, 6);

  private static Stages stages(Reference reference, Failure failure) {
    Gate gate =
        new Gate(OptionalDouble.empty(), OptionalDouble.of(0.1), reference, 0, 0.5, failure);
    return new Stages(
        List.of(
            Stage.ofFloat("float", QuantizationScheme.W8A8, 1, RATE),
            Stage.quantized("w8a8", QuantizationScheme.W8A8, 1, RATE).gate(gate)));
  }

  /** At the end of the gated stage, after a float stage that reached the given figures. */
  private static TrainingState ended(Evaluations before) {
    Map<String, Double> results = new HashMap<>();
    before.putInto(results, "float");
    before.putInto(results, "floatStage");
    return new TrainingState(
        END, new float[0], new float[0][], new float[0], Ranges.empty(0), 0, results);
  }

  private static Optional<RollBack> judged(Evaluations before, Evaluations found) {
    Optional<RollBack> previous = judged(Reference.PREVIOUS, before, found);
    assertThat(judged(Reference.FLOAT, before, found)).isEqualTo(previous);
    return previous;
  }

  private static Optional<RollBack> judged(
      Reference reference, Evaluations before, Evaluations found) {
    return new Gatekeeper(stages(reference, Failure.KEEP), Milestones.NONE)
        .judge(ended(before), found)
        .map(Gatekeeper.Verdict::rollBack);
  }

  private static Evaluations both(Evaluation test, Evaluation validation) {
    return new Evaluations(test, Optional.of(validation));
  }

  private static Evaluations only(Evaluation test) {
    return new Evaluations(test, Optional.empty());
  }

  @Test
  void validationDataDecideWhereThereAreSuch() {
    RollBack rollBack = judged(both(BAD, GOOD), both(GOOD, BAD)).orElseThrow();
    assertThat(rollBack.data()).contains(EvaluationSet.VALIDATION);
    assertThat(rollBack.text())
        .isEqualTo(
            "Stage w8a8, attempt 1, has not passed its gate on the validation data: loss 0.5000,"
                + " allowed 0.3000 (0.2000 and 0.1000); its network is kept nevertheless"
                + " (on-failure: keep)");
    assertThat(judged(both(GOOD, BAD), both(BAD, GOOD))).isEmpty();
  }

  @Test
  void testDataDecideWhereThereAreNoOthers() {
    RollBack rollBack = judged(only(GOOD), only(BAD)).orElseThrow();
    assertThat(rollBack.data()).contains(EvaluationSet.TEST);
    assertThat(rollBack.text()).contains("has not passed its gate on the test data: loss 0.5000");
    assertThat(judged(only(GOOD), only(GOOD))).isEmpty();
  }

  @Test
  void figuresOfOtherDataAreNoReference() {
    assertThat(judged(only(GOOD), both(GOOD, GOOD))).isPresent();
  }

  @Test
  void divergenceIsFoundOnNoData() {
    TrainingState state = ended(both(GOOD, GOOD));
    RollBack rollBack =
        new Gatekeeper(stages(Reference.PREVIOUS, Failure.STOP), tag -> Optional.of(state))
            .judge(state, TrainingDivergedException.of(7, "the loss is not finite"))
            .map(Gatekeeper.Verdict::rollBack)
            .orElseThrow();
    assertThat(rollBack.data()).isEmpty();
    assertThat(rollBack.text())
        .startsWith(
            "Stage w8a8, attempt 1, has not passed its gate: Cannot continue training: the");
  }
}
