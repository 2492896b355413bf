package org.sparkqat.engine;

/** The same values under another shape. */
record FlattenOperation(Activations output) implements Operation {

  @Override
  public void forward(MicroBatchContext context) {}

  @Override
  public void backward(MicroBatchResult result) {}
}
