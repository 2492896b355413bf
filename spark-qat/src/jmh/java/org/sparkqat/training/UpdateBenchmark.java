package org.sparkqat.training;

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
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Network;
import org.sparkqat.network.Zoo;

/** Clipping a gradient and updating the weights, in microseconds for one step. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class UpdateBenchmark {

  private static final Clipping BY_NORM = new Clipping(1e9, 0, 0);
  private static final Clipping BY_UNIT = new Clipping(0, 0, 1e9);
  private static final Optimizer SGD = new Optimizer.Sgd(0.9, Optimizer.Nesterov.NONE, 1e-4);
  private static final Optimizer ADAM = new Optimizer.AdamW(0.9, 0.999, 1e-8, 0.01);
  private static final double LEARNING_RATE = 1e-6;

  @Param({"resnet20", "vgg-small"})
  private String model;

  private Network network;
  private float[] parameters;
  private float[] gradient;
  private float[][] momentum;
  private float[][] moments;

  @Setup
  public void draw() {
    network = Zoo.network(model, Zoo.usualInput(model), 10);
    parameters = Initialization.parameters(network, 42);
    gradient = new float[parameters.length];
    Random random = new Random(42);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = 1e-3f * (float) random.nextGaussian();
    }
    momentum = SGD.initialSlots(network.parameters());
    moments = ADAM.initialSlots(network.parameters());
  }

  @Benchmark
  public ClipReport clipByNorm() {
    return BY_NORM.apply(gradient, parameters, network.parameters());
  }

  @Benchmark
  public ClipReport clipByUnit() {
    return BY_UNIT.apply(gradient, parameters, network.parameters());
  }

  @Benchmark
  public float[] sgd() {
    SGD.update(parameters, gradient, momentum, network.parameters(), LEARNING_RATE, 1);
    return parameters;
  }

  @Benchmark
  public float[] adamW() {
    ADAM.update(parameters, gradient, moments, network.parameters(), LEARNING_RATE, 1);
    return parameters;
  }
}
