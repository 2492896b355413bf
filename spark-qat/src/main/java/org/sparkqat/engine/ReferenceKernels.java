package org.sparkqat.engine;

import java.util.ArrayList;
import java.util.List;

/** The plain-Java kernels, which need no native library: fall-back, and oracle of the tests. */
final class ReferenceKernels implements Kernels {

  private final List<WeightedKernel> open = new ArrayList<>();
  private boolean closed;

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String instructionSet() {
    return Engines.JAVA;
  }

  @Override
  public WeightedKernel convolution(ConvolutionShape shape) {
    return open(new ReferenceConvolution(shape), shape);
  }

  @Override
  public WeightedKernel fullyConnected(int batch, int inputs, int outputs) {
    FullyConnectedShape shape = new FullyConnectedShape(batch, inputs, outputs);
    return open(new ReferenceFullyConnected(shape), shape);
  }

  @Override
  public void close() {
    closed = true;
    open.forEach(WeightedKernel::close);
    open.clear();
  }

  private WeightedKernel open(WeightedKernel kernel, LinearShape shape) {
    if (closed) {
      throw new IllegalStateException(
          "Cannot make the kernel for %s: the kernels are closed".formatted(shape));
    }
    open.add(kernel);
    return kernel;
  }
}
