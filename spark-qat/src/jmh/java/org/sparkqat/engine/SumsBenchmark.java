package org.sparkqat.engine;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Batch statistics and gradient sums of an array of activations, in microseconds for all of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SumsBenchmark {

  private static final int BATCH = 64;
  private static final int CHANNELS = 16;
  private static final int SPATIAL = 32 * 32;

  private final BatchNormalizer normalizer = new BatchNormalizer(BATCH, CHANNELS, SPATIAL, 1e-5f);
  private final Sums sums = new Sums();
  private float[] src;
  private float[] dst;

  @Setup
  public void draw() {
    Random random = new Random(42);
    src = new float[BATCH * CHANNELS * SPATIAL];
    for (int i = 0; i < src.length; i++) {
      src[i] = (float) random.nextGaussian();
    }
    dst = src.clone();
  }

  @Benchmark
  public double sumAndDot() {
    sums.clear();
    sums.add(src, dst, 0, src.length);
    return sums.sum + sums.dot;
  }

  @Benchmark
  public float[] normalize() {
    for (int c = 0; c < CHANNELS; c++) {
      normalizer.forward(c, src, 1f, 1f, 0f, dst);
    }
    return dst;
  }
}
