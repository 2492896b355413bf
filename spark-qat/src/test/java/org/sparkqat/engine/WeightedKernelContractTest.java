package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What both kinds of kernels promise beside the numbers. */
class WeightedKernelContractTest {

  private static final String SHAPE = "fully connected src [2, 3], weights [4, 3]";

  private final float[] src = {1, 2, 3, 4, 5, 6};
  private final float[] weights = {9, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1};
  private final float[] dst = new float[8];
  private final float[] diffSrc = new float[6];
  private final float[] diffWeights = new float[12];

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void weightsStartAtTheirOffsetAndStayInForce(EngineChoice choice) {
    try (Kernels kernels = Engines.open(choice);
        WeightedKernel kernel = kernels.fullyConnected(2, 3, 4)) {
      kernel.weights(weights, 1);
      Arrays.fill(weights, Float.NaN);
      for (int i = 0; i < 2; i++) {
        kernel.forward(src, dst);
        assertThat(dst).containsExactly(1, 2, 3, 6, 4, 5, 6, 15);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void longerArraysKeepTheirRest(EngineChoice choice) {
    try (Kernels kernels = Engines.open(choice);
        WeightedKernel kernel = kernels.fullyConnected(2, 3, 4)) {
      float[] longDst = new float[9];
      float[] longDiffSrc = new float[7];
      float[] longDiffWeights = new float[13];
      longDst[8] = longDiffSrc[6] = longDiffWeights[12] = -1;
      kernel.weights(weights, 1);
      kernel.forward(src, longDst);
      kernel.backward(src, longDst, longDiffSrc, longDiffWeights);
      assertThat(longDst).endsWith(15, -1);
      assertThat(longDiffSrc).containsExactly(7, 8, 9, 19, 20, 21, -1);
      assertThat(longDiffWeights)
          .containsExactly(17, 22, 27, 22, 29, 36, 27, 36, 45, 66, 87, 108, -1);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void theGradientOfSrcIsOptional(EngineChoice choice) {
    try (Kernels kernels = Engines.open(choice);
        WeightedKernel kernel = kernels.fullyConnected(2, 3, 4)) {
      kernel.weights(weights, 1);
      kernel.forward(src, dst);
      kernel.backward(src, dst, null, diffWeights);
      float[] alone = diffWeights.clone();
      kernel.backward(src, dst, diffSrc, diffWeights);
      assertThat(alone).isEqualTo(diffWeights);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void theOrderOfCallsIsChecked(EngineChoice choice) {
    try (Kernels kernels = Engines.open(choice)) {
      WeightedKernel kernel = kernels.fullyConnected(2, 3, 4);
      assertThatIllegalStateException()
          .isThrownBy(() -> kernel.forward(src, dst))
          .withMessage("Cannot run forward: no weights (call weights first, for %s)", SHAPE);
      kernel.weights(weights, 0);
      kernel.forward(src, dst);
      assertThatIllegalStateException()
          .isThrownBy(() -> kernel.backward(src.clone(), dst, diffSrc, diffWeights))
          .withMessage(
              "Cannot run backward: src is not the array of the latest forward call (for %s)",
              SHAPE);
      kernel.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> kernel.forward(src, dst))
          .withMessage("Cannot run forward: the kernel is closed (for %s)", SHAPE);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void lengthsAreChecked(EngineChoice choice) {
    try (Kernels kernels = Engines.open(choice);
        WeightedKernel kernel = kernels.fullyConnected(2, 3, 4)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernel.weights(weights, 2))
          .withMessage("Invalid weights: 13 values from offset 2 (required: 12, for %s)", SHAPE);
      kernel.weights(weights, 0);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernel.forward(new float[5], dst))
          .withMessage("Invalid src: 5 values (required: 6, for %s)", SHAPE);
      kernel.forward(src, dst);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> kernel.backward(src, dst, new float[1], diffWeights))
          .withMessage("Invalid diffSrc: 1 values (required: 6, for %s)", SHAPE);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void closingTheOwnerClosesItsKernels(EngineChoice choice) {
    Kernels kernels = Engines.open(choice);
    WeightedKernel kernel = kernels.fullyConnected(2, 3, 4);
    kernels.close();
    kernels.close();
    kernel.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> kernel.weights(weights, 0))
        .withMessage("Cannot set weights: the kernel is closed (for %s)", SHAPE);
    assertThatIllegalStateException()
        .isThrownBy(() -> kernels.fullyConnected(2, 3, 4))
        .withMessage("Cannot make the kernel for %s: the kernels are closed", SHAPE);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "AUTO")
  void stepsAllocateNothing(EngineChoice choice) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    ConvolutionShape shape = new ConvolutionShape(4, 5, 7, 7, 6, 3, 3, 2, 2, 1, 1, 1);
    float[] input = new float[shape.srcSize()];
    float[] output = new float[shape.dstSize()];
    float[] filter = new float[shape.weightsSize()];
    try (Kernels kernels = Engines.open(choice);
        WeightedKernel kernel = kernels.convolution(shape)) {
      int steps = 1000;
      long before = 0;
      for (int i = -steps; i < steps; i++) {
        if (i == 0) {
          before = threads.getCurrentThreadAllocatedBytes();
        }
        kernel.weights(filter, 0);
        kernel.forward(input, output);
        kernel.backward(input, output, input, filter);
      }
      long bytes = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(bytes / steps).as("bytes a step").isLessThan(16);
    }
  }
}
