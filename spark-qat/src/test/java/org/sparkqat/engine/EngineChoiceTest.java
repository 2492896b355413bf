package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class EngineChoiceTest {

  @Test
  void parsesTheWordsOfTheConfiguration() {
    assertThat(EngineChoice.parse("auto")).isEqualTo(EngineChoice.AUTO);
    assertThat(EngineChoice.parse("onednn")).isEqualTo(EngineChoice.ONEDNN);
    assertThat(EngineChoice.parse("reference")).isEqualTo(EngineChoice.REFERENCE);
  }

  @Test
  void refusesOtherWords() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EngineChoice.parse("ONEDNN"))
        .withMessage("Invalid engine: ONEDNN (allowed: auto, onednn, reference)");
  }

  @Test
  void opensWhatIsAskedFor() {
    try (Kernels reference = Engines.open(EngineChoice.REFERENCE);
        Kernels onednn = Engines.open(EngineChoice.ONEDNN);
        Kernels auto = Engines.open(EngineChoice.AUTO)) {
      assertThat(reference.name()).isEqualTo("reference");
      assertThat(reference.instructionSet()).isEqualTo("java");
      assertThat(onednn.name()).isEqualTo("onednn");
      assertThat(onednn.instructionSet()).isNotEmpty().doesNotStartWith("isa_0x");
      assertThat(auto.name()).isEqualTo("onednn");
    }
  }
}
