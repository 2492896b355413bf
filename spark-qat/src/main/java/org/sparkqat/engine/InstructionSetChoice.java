package org.sparkqat.engine;

import java.util.Locale;
import java.util.Optional;

/** Which instruction set a job asks for: the last bits of its result may depend on it. */
public enum InstructionSetChoice {
  /** The one that all executors have. */
  AUTO,
  AVX2,
  AVX2_VNNI,
  AVX512_CORE,
  AVX512_CORE_VNNI;

  /** As {@link Kernels#instructionSet} spells it; empty: whatever is there. */
  public Optional<String> instructionSet() {
    return this == AUTO ? Optional.empty() : Optional.of(name().toLowerCase(Locale.ROOT));
  }
}
