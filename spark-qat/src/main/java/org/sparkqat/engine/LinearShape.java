package org.sparkqat.engine;

/** The sizes of a linear map of one micro-batch, in values; its text names the map in messages. */
public sealed interface LinearShape permits ConvolutionShape, FullyConnectedShape {

  /** Values of src. */
  int srcSize();

  /** Values of the weights. */
  int weightsSize();

  /** Values of dst. */
  int dstSize();
}
