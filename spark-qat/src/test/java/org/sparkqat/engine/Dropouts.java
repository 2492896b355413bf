package org.sparkqat.engine;

import java.util.Arrays;

/** What dropout multiplies by. */
final class Dropouts {

  private Dropouts() {}

  /** The factors of a block's elements while it trains. */
  static float[] factors(int block, float rate, DropoutKey key, int size) {
    Activations ones = new Activations(size, true);
    Arrays.fill(ones.data, 1f);
    DropoutOperation operation =
        new DropoutOperation(block, rate, ones, new Activations(size, true));
    operation.forward(new MicroBatchContext(Pass.TRAINING, null, key));
    return operation.output().data;
  }
}
