package org.sparkqat.engine;

import org.jspecify.annotations.Nullable;

/**
 * What the operations of one micro-batch share.
 *
 * @param result where gradients, ranges and sums go; null when none is wanted
 */
record MicroBatchContext(Pass pass, @Nullable MicroBatchResult result, DropoutKey dropout) {

  /** True when nothing but the outputs is wanted. */
  boolean serves() {
    return pass == Pass.INFERENCE && result == null;
  }
}
