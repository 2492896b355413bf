package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sparkqat.distributed.wire.GradientCoding;
import org.sparkqat.distributed.wire.GradientEncoding;

class TrainingSettingsTest {

  private static final TrainingSettings SETTINGS =
      TinyJob.settings().coding(GradientCoding.of(GradientEncoding.INT8));

  @Test
  void anInstructionSetChangesNothingElse() {
    TrainingSettings other = SETTINGS.instructionSet("avx2");

    assertThat(other.worker().instructionSet()).contains("avx2");
    assertThat(other).usingRecursiveComparison().ignoringFields("worker").isEqualTo(SETTINGS);
  }

  @Test
  void aRunGoesOnWithTheInstructionSetItBeganWith() {
    TrainingSettings other = SETTINGS.preferring(Optional.of("avx2"));

    assertThat(other.worker().instructionSet()).contains("avx2");
    assertThat(other.preferring(Optional.of("avx512_core"))).isSameAs(other);
  }
}
