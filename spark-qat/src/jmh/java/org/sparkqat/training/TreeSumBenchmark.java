package org.sparkqat.training;

import java.util.List;
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
import org.openjdk.jmh.infra.Blackhole;

/** Summing the gradients of all shards along the fixed tree, in microseconds for one step. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TreeSumBenchmark {

  /** Parameters of ResNet-20 and of VGG-Small. */
  @Param({"272474", "4660106"})
  private int parameters;

  @Param("8")
  private int shards;

  private float[][] gradients;

  @Setup
  public void draw() {
    Random random = new Random(42);
    gradients = new float[shards][parameters];
    for (float[] gradient : gradients) {
      for (int i = 0; i < parameters; i++) {
        gradient[i] = (float) random.nextGaussian();
      }
    }
  }

  /** A sum takes its parts over: each step needs copies of them, as {@link #copy} alone. */
  @Benchmark
  public float[] sum() {
    TreeSum<float[]> sum = TreeSum.ofFloats(shards);
    for (int shard = 0; shard < shards; shard++) {
      sum.add(shard, gradients[shard].clone());
    }
    return sum.total();
  }

  /** What the figure of {@link #sum} has to be reduced by. */
  @Benchmark
  public void copy(Blackhole blackhole) {
    for (float[] gradient : gradients) {
      blackhole.consume(gradient.clone());
    }
  }

  /** Cutting a range of shards into subtrees, without any numbers. */
  @Benchmark
  public List<PairwiseTree.Node> cover() {
    return PairwiseTree.cover(1, shards);
  }
}
