package org.sparkqat.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.engine.Seeds;

/** Work that is shared out is done once, and its sums have the same bits. */
class LoopsTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 65_535, 65_536, 65_537, 200_003, 1_000_000})
  void everyElementIsVisitedOnce(int size) {
    for (Loops loops : Loops.values()) {
      AtomicIntegerArray visits = new AtomicIntegerArray(size + 7);
      loops.run(
          7,
          size + 7,
          (from, to) -> {
            for (int i = from; i < to; i++) {
              visits.incrementAndGet(i);
            }
          });
      for (int i = 0; i < size + 7; i++) {
        assertThat(visits.get(i)).isEqualTo(i < 7 ? 0 : 1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 256, 257, 65_536, 65_537, 1_000_003})
  void aSumHasTheSameBitsHoweverItIsSharedOut(int size) {
    Random random = Seeds.random();
    double[] values = random.doubles(size + 3, -1, 1).toArray();
    Loops.Sum leaf =
        (from, to) -> {
          double sum = 0;
          for (int i = from; i < to; i++) {
            sum += values[i];
          }
          return sum;
        };
    double serial = Loops.SERIAL.sum(3, size + 3, 256, leaf);
    for (int repetition = 0; repetition < 5; repetition++) {
      assertThat(Loops.PARALLEL.sum(3, size + 3, 256, leaf)).isEqualTo(serial);
    }
  }
}
