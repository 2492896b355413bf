package org.sparkqat.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.bytedeco.dnnl.global.dnnl.dnnl_out_of_memory;
import static org.bytedeco.dnnl.global.dnnl.dnnl_unimplemented;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.ConvolutionShape;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.Seeds;
import org.sparkqat.engine.WeightedKernel;

/** Native memory and threads of the oneDNN kernels. */
class OneDnnKernelsTest {

  private static final List<ConvolutionShape> SHAPES =
      List.of(
          new ConvolutionShape(4, 3, 16, 16, 16, 3, 3, 1, 1, 1, 1, 1),
          new ConvolutionShape(4, 16, 16, 16, 33, 3, 3, 2, 2, 1, 1, 1),
          new ConvolutionShape(4, 24, 9, 9, 24, 3, 3, 1, 1, 1, 1, 24),
          new ConvolutionShape(4, 17, 7, 7, 13, 1, 1, 1, 1, 0, 0, 1));

  @Test
  void closingReleasesAllNativeMemory() {
    OneDnnKernels kernels = OneDnnKernels.create(1);
    assertThat(kernels.liveBytes()).isZero();
    try (kernels) {
      SHAPES.forEach(kernels::convolution);
      WeightedKernel last = kernels.fullyConnected(16, 100, 10);
      long all = kernels.liveBytes();
      last.close();
      last.close();
      assertThat(kernels.liveBytes()).isPositive().isLessThan(all);
    }
    assertThat(kernels.liveBytes()).isZero();
    kernels.close();
    assertThat(kernels.liveBytes()).isZero();
  }

  @Test
  void memoryThatCannotBeHadLeavesWhatIsThere() {
    try (Ownership owned = new Ownership()) {
      Context context = new Context(owned, 1);
      context.staging.reserve(64);
      assertThatExceptionOfType(NativeMemoryException.class)
          .isThrownBy(() -> context.staging.reserve(1L << 60))
          .withMessage(
              "1152921504606846976 bytes of native memory are not to be had (use smaller"
                  + " micro-batches or give the process more memory outside the heap)");
      assertThat(context.staging.start().put(15, 1f).get(15)).isEqualTo(1f);
      assertThat(context.account.liveBytes()).isEqualTo(64);
    }
  }

  @Test
  void aStatusBecomesAMessageThatNamesTheShape() {
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> Status.check(dnnl_unimplemented, "create forward", SHAPES.get(3)))
        .withMessage(
            "Failed to create forward for convolution src [4, 17, 7, 7], weights [13, 17, 1, 1],"
                + " stride [1, 1], padding [0, 0], groups 1: not implemented (use engine:"
                + " reference)");
    assertThatIllegalStateException()
        .isThrownBy(() -> Status.check(dnnl_out_of_memory, "create the oneDNN engine"))
        .withMessage("Failed to create the oneDNN engine: out of memory");
  }

  @Test
  void threadsThatComputeAtOnceGetTheBitsOfOneThread() throws Exception {
    long seed = Seeds.random().nextLong();
    List<float[]> alone = compute(seed);
    List<Callable<List<float[]>>> twice = List.of(() -> compute(seed), () -> compute(seed));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Future<List<float[]>> result : threads.invokeAll(twice)) {
        assertThat(result.get()).usingRecursiveComparison().isEqualTo(alone);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void kernelsMayBeHandedFromThreadToThread() throws Exception {
    long seed = Seeds.random().nextLong();
    List<float[]> alone = compute(seed);
    ExecutorService maker = Executors.newSingleThreadExecutor();
    ExecutorService user = Executors.newSingleThreadExecutor();
    try {
      Kernels kernels = maker.submit(() -> OneDnn.open(1)).get();
      for (int i = 0; i < 2; i++) {
        assertThat(user.submit(() -> compute(kernels, seed)).get())
            .usingRecursiveComparison()
            .isEqualTo(alone);
        assertThat(maker.submit(() -> compute(kernels, seed)).get())
            .usingRecursiveComparison()
            .isEqualTo(alone);
      }
      kernels.close();
    } finally {
      maker.shutdownNow();
      user.shutdownNow();
    }
  }

  private static List<float[]> compute(long seed) {
    try (Kernels kernels = OneDnn.open(1)) {
      return compute(kernels, seed);
    }
  }

  private static List<float[]> compute(Kernels kernels, long seed) {
    Random random = new Random(seed);
    List<float[]> results = new ArrayList<>();
    for (ConvolutionShape shape : SHAPES) {
      float[] src = values(shape.srcSize(), random);
      float[] dst = new float[shape.dstSize()];
      float[] diffSrc = new float[shape.srcSize()];
      float[] diffWeights = new float[shape.weightsSize()];
      try (WeightedKernel kernel = kernels.convolution(shape)) {
        kernel.weights(values(shape.weightsSize(), random), 0);
        for (int i = 0; i < 20; i++) {
          kernel.forward(src, dst);
          kernel.backward(src, dst, diffSrc, diffWeights);
        }
      }
      results.addAll(List.of(dst, diffSrc, diffWeights));
    }
    return results;
  }

  private static float[] values(int size, Random random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
