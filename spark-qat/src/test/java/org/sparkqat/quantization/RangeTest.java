package org.sparkqat.quantization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RangeTest {

  private final Random random = RandomInputs.random();

  @Test
  void aRangeIsTheSmallestAndTheLargestValue() {
    float[] values = {9f, 2f, -1f, 3f, -9f};

    assertThat(Range.of(values, 1, 4)).isEqualTo(new Range(-1f, 3f));
    assertThat(Range.of(values, 2, 2)).isEqualTo(Range.EMPTY);
    assertThat(Range.EMPTY.isEmpty()).isTrue();
    assertThat(Range.of(values, 2, 3).isEmpty()).isFalse();
  }

  @Test
  void unionIsCommutativeAssociativeAndIdempotent() {
    for (int i = 0; i < 10_000; i++) {
      Range a = draw();
      Range b = draw();
      Range c = draw();

      assertThat(a.union(b)).isEqualTo(b.union(a));
      assertThat(a.union(b).union(c)).isEqualTo(a.union(b.union(c)));
      assertThat(a.union(a)).isEqualTo(a);
      assertThat(a.union(Range.EMPTY)).isEqualTo(a);
    }
  }

  @Test
  void notANumberSurvivesEveryUnion() {
    Range poisoned = Range.of(new float[] {1f, Float.NaN, 2f}, 0, 3);

    assertThat(poisoned).isEqualTo(new Range(Float.NaN, Float.NaN));
    assertThat(poisoned.union(new Range(0f, 1f))).isEqualTo(poisoned);
    assertThat(new Range(0f, 1f).union(poisoned)).isEqualTo(poisoned);
    assertThat(Range.EMPTY.union(poisoned)).isEqualTo(poisoned);
    assertThat(poisoned.isEmpty()).isFalse();
    assertThat(poisoned.isFinite()).isFalse();
  }

  @Test
  void infinitiesAreNotFinite() {
    assertThat(new Range(0f, Float.POSITIVE_INFINITY).isFinite()).isFalse();
    assertThat(new Range(0f, 1f).isFinite()).isTrue();
  }

  private Range draw() {
    float[] values = new float[random.nextInt(4)];
    for (int i = 0; i < values.length; i++) {
      values[i] = pick();
    }
    return Range.of(values, 0, values.length);
  }

  private float pick() {
    float[] special = {0f, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE};
    int which = random.nextInt(20);
    return which < special.length ? special[which] : (float) random.nextGaussian();
  }
}
