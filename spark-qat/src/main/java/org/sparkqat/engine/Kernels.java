package org.sparkqat.engine;

import java.util.Optional;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizedGraph;

/**
 * One owner of the resources of an arithmetic library, from which the kernels of a plan are made.
 *
 * <p>A {@code Kernels} and the kernels made from it share work space, so only one thread may use
 * them at a time; they may be handed from one thread to another between calls (through anything
 * that publishes safely, such as a concurrent queue). Every computation uses the number of threads
 * that was asked for, one by default, whatever the environment says about OpenMP threads, and for
 * that number gives the same bits in every thread.
 */
public interface Kernels extends AutoCloseable {

  /** The implementation: {@code onednn} or {@code reference}. */
  String name();

  /**
   * The instruction set in use, as the library names it, e.g. {@code avx512_core_vnni}; {@code
   * java} for the reference kernels.
   */
  String instructionSet();

  /**
   * Makes the kernel of a convolution.
   *
   * @throws UnsupportedOperationException if the library has no primitive for the shape
   */
  WeightedKernel convolution(ConvolutionShape shape);

  /**
   * Makes the kernel of a fully connected layer: src {@code [N, I]}, weights {@code [O, I]}, dst
   * {@code [N, O]}.
   *
   * @throws UnsupportedOperationException if the library has no primitive for the sizes
   */
  WeightedKernel fullyConnected(int batch, int inputs, int outputs);

  /**
   * Compiles a network to a plan that runs wholly in the library, if it has all that the network
   * needs.
   */
  default Optional<Plan> plan(
      QuantizedGraph graph, InputNormalization normalization, PlanSettings settings) {
    return Optional.empty();
  }

  /**
   * Why quantized steps of a network do not multiply 8-bit integers in all layers with weights;
   * empty: they do.
   */
  default Optional<String> obstacleToIntegers(
      QuantizedGraph graph, InputNormalization normalization) {
    return Optional.of("the kernels in Java compute in float32");
  }

  /** Most native bytes of tensors and work space that were held at one time; 0: none ever. */
  default long peakNativeBytes() {
    return 0;
  }

  /** Closes every kernel made from this and releases all native memory; later calls do nothing. */
  @Override
  void close();
}
