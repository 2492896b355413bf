package org.sparkqat.engine.onednn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.sparkqat.engine.ConvolutionShape;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.WeightedKernel;

/** A program for a virtual machine of its own: opens kernels, computes, says what it saw. */
public final class KernelProbe {

  private static final String THREAD = "kernel-probe";

  private KernelProbe() {}

  /**
   * Arguments: the engine and, if any, the instruction set that it is limited to. Prints the
   * kernels' name, the native threads that computed, and the instruction set.
   */
  public static void main(String[] args) throws InterruptedException {
    if (args.length > 1) {
      Engines.limit(args[1]);
    }
    Thread thread = new Thread(() -> run(EngineChoice.parse(args[0])), THREAD);
    thread.start();
    thread.join();
  }

  private static void run(EngineChoice choice) {
    try (Kernels kernels = Engines.open(choice)) {
      compute(kernels);
      System.out.printf(
          "name=%s threads=%d isa=%s%n", kernels.name(), threads(), kernels.instructionSet());
    } catch (UnsupportedOperationException e) {
      System.out.println(e.getMessage());
    }
  }

  private static void compute(Kernels kernels) {
    ConvolutionShape shape = new ConvolutionShape(8, 16, 32, 32, 16, 3, 3, 1, 1, 1, 1, 1);
    float[] src = new float[shape.srcSize()];
    float[] dst = new float[shape.dstSize()];
    float[] weights = new float[shape.weightsSize()];
    Arrays.fill(src, 1);
    try (WeightedKernel kernel = kernels.convolution(shape)) {
      kernel.weights(weights, 0);
      kernel.forward(src, dst);
      kernel.backward(src, dst, src, weights);
    }
  }

  /**
   * Native threads under this thread's name: one, and those of its OpenMP team, which inherit it.
   */
  private static long threads() {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      List<Path> all = tasks.toList();
      return all.stream().filter(task -> THREAD.equals(name(task))).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path task) {
    try {
      return Files.readString(task.resolve("comm")).strip();
    } catch (IOException e) {
      return "ended";
    }
  }
}
