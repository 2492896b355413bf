package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BatchNormFreezeTest {

  @Test
  void byScheduleItDependsOnTheEpochAlone() {
    BatchNormFreeze freeze = BatchNormFreeze.from(2);
    assertThat(freeze.isFrozen(1, 1_000)).isFalse();
    assertThat(freeze.isFrozen(2, 0)).isTrue();
    assertThat(BatchNormFreeze.NEVER.isFrozen(1_000_000, 1_000)).isFalse();
  }

  @Test
  void quietStepsCountOneAfterAnother() {
    BatchNormFreeze freeze = new BatchNormFreeze(Stage.NEVER, 0.1, 3);
    int quiet = 0;
    for (double drift : new double[] {0.05, 0.09, 0.1, 0.05, 0.05}) {
      quiet = freeze.quietAfter(quiet, drift);
      assertThat(freeze.isFrozen(0, quiet)).isFalse();
    }
    quiet = freeze.quietAfter(quiet, 0);
    assertThat(freeze.isFrozen(0, quiet)).isTrue();
    assertThat(freeze.quietAfter(quiet, Double.NaN)).isZero();
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new BatchNormFreeze(0, -1, 1))
        .hasMessage("Invalid batch-norm freeze drift: -1.0 (must be at least 0 and finite)");
    assertThatThrownBy(() -> new BatchNormFreeze(0, 1, 0))
        .hasMessage("Invalid batch-norm freeze steps: 0 (must be at least 1)");
  }
}
