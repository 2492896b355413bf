package org.sparkqat.quantization;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Observing and quantizing an array of activations, in microseconds for all of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AffineBenchmark {

  /** In the first-level cache, and the outputs of the first layers of ResNet-20 at batch 64. */
  @Param({"4096", "1048576"})
  private int size;

  private final Affine affine =
      Affine.of(new Range(-2, 3), CodeRange.unsigned(8), Symmetry.ASYMMETRIC);
  private float[] real;
  private float[] codes;
  private float[] mask;

  @Setup
  public void draw() {
    Random random = new Random(42);
    real = new float[size];
    for (int i = 0; i < size; i++) {
      real[i] = (float) random.nextGaussian();
    }
    codes = new float[size];
    mask = new float[size];
  }

  @Benchmark
  public Range range() {
    return Range.of(real, 0, size);
  }

  @Benchmark
  public float[] centered() {
    affine.centered(real, codes, 0, size);
    return codes;
  }

  /** In place, so with a copy of the values. */
  @Benchmark
  public float[] centeredWithMask() {
    System.arraycopy(real, 0, codes, 0, size);
    affine.centeredWithMask(codes, mask, 0, size);
    return mask;
  }

  /** What the figure of {@link #centeredWithMask} has to be reduced by. */
  @Benchmark
  public float[] copy() {
    System.arraycopy(real, 0, codes, 0, size);
    return codes;
  }
}
