package org.sparkqat.engine;

/** The same values under another shape. */
record FlattenOperation(Activations output) implements Operation {

  @Override
  public void forward(MicroBatchContext context) {}

  /** The output is the input, which its own block counts. */
  @Override
  public long keptForBackwardBytes() {
    return 0;
  }

  @Override
  public void backward(MicroBatchResult result) {}
}
