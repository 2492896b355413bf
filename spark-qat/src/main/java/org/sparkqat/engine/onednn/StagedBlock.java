package org.sparkqat.engine.onednn;

import org.sparkqat.quantization.Ranges;

/** A block that computes new values, of which its stage makes the output. */
interface StagedBlock extends CompiledBlock {

  Stage stage();

  @Override
  default Feature output() {
    return stage().output();
  }

  @Override
  default void load(float[] parameters, float[] statistics, Ranges ranges) {
    stage().load(ranges);
  }

  @Override
  default long keptForBackwardBytes() {
    return stage().keptForBackwardBytes();
  }
}
