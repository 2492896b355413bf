package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sparkqat.quantization.Ranges;

class SpareArraysTest {

  private static final int SIZE = 5;

  private final SpareArrays arrays = new SpareArrays();

  private static TrainingState state(float[] parameters, StageMemory memory) {
    return new TrainingState(
        Position.START,
        parameters,
        new float[0][],
        new float[2],
        Ranges.empty(0),
        0,
        Map.of(),
        memory);
  }

  /** A state in an array that is taken here. */
  private TrainingState step() {
    arrays.beginStep();
    return state(arrays.take(SIZE), StageMemory.NONE);
  }

  @Test
  void theArraysOfAStateThatIsDoneWithServeAgain() {
    TrainingState first = step();
    TrainingState second = step();
    arrays.reclaim(first, second);
    TrainingState third = step();
    assertThat(third.parameters()).isSameAs(first.parameters());
    assertThat(step().parameters())
        .isNotSameAs(first.parameters())
        .isNotSameAs(second.parameters());
  }

  @Test
  void anArrayThatWasNotTakenHereIsLeftAlone() {
    TrainingState given = state(new float[SIZE], StageMemory.NONE);
    step();
    TrainingState next = step();
    arrays.reclaim(given, next);
    assertThat(step().parameters()).isNotSameAs(given.parameters());
  }

  @Test
  void whatTheNextStateHasTooIsLeftAlone() {
    arrays.beginStep();
    float[] parameters = arrays.take(SIZE);
    float[] remembered = arrays.take(SIZE);
    StageMemory memory = StageMemory.NONE.with("held", remembered);
    TrainingState next = state(step().parameters(), memory);
    arrays.reclaim(state(parameters, memory), next);
    arrays.beginStep();
    assertThat(arrays.take(SIZE)).isSameAs(parameters);
    assertThat(arrays.take(SIZE)).isNotSameAs(remembered);
  }

  @Test
  void aStateFromBeforeTheLatestTwoIsLeftAlone() {
    TrainingState old = step();
    step();
    TrainingState next = step();
    arrays.reclaim(old, next);
    assertThat(step().parameters()).isNotSameAs(old.parameters());
  }

  @Test
  void aStateThatIsReclaimedTwiceServesOnce() {
    TrainingState first = step();
    TrainingState second = step();
    arrays.reclaim(first, second);
    arrays.reclaim(first, second);
    arrays.beginStep();
    assertThat(arrays.take(SIZE)).isSameAs(first.parameters());
    assertThat(arrays.take(SIZE)).isNotSameAs(first.parameters());
  }

  @Test
  void aCopyInASpareArrayIsACopy() {
    TrainingState first = step();
    arrays.reclaim(first, step());
    arrays.beginStep();
    float[] values = {1, 2, 3, 4, 5};
    float[] copy = arrays.copyOf(values);
    assertThat(copy).isSameAs(first.parameters()).isNotSameAs(values).containsExactly(values);
    assertThat(arrays.take(2)).hasSize(2);
  }
}
