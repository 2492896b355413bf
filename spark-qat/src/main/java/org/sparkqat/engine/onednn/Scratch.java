package org.sparkqat.engine.onednn;

/**
 * Native memory that the blocks of a plan share, because its content is needed only within one
 * block's forward or backward.
 */
final class Scratch {

  /** What a weighted block computes, before normalization. */
  final Place accumulators;

  /** Values before activation and quantization. */
  final Place values;

  /** The input of a block in real numbers. */
  final Place source;

  /** The second input. */
  final Place secondSource;

  /** A byte for each value that is counted. */
  final Place bytes;

  /** The gradient of what a weighted block computes. */
  final Place diffAccumulators;

  /** The gradient of what a weighted block computes, in fewer bits. */
  final Place narrowDiff;

  /** The gradient of an input, on its way to be added to that of other readers. */
  final Place diffSource;

  /** The gradient of weights, in oneDNN's layout. */
  final Place diffWeights;

  Scratch(Context context, Ownership owned) {
    accumulators = new WorkSpace(context, owned);
    values = new WorkSpace(context, owned);
    source = new WorkSpace(context, owned);
    secondSource = new WorkSpace(context, owned);
    bytes = new WorkSpace(context, owned);
    diffAccumulators = new WorkSpace(context, owned);
    narrowDiff = new WorkSpace(context, owned);
    diffSource = new WorkSpace(context, owned);
    diffWeights = new WorkSpace(context, owned);
  }
}
