package org.sparkqat.app.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.training.TrainedModel;

/**
 * Times training steps and evaluations of one network in float and quantized, in turn, so that both
 * see the same machine and the same compiled code.
 */
public final class StepBenchmark {

  private static final int LEAST_WARM_UP = 3;

  private final BenchmarkSettings settings;

  public StepBenchmark(BenchmarkSettings settings) {
    this.settings = settings;
  }

  /** Something that is run for its sample. */
  private interface Timed<T> {
    T run();
  }

  /** Samples of both, in their order. */
  private record Samples<T>(List<T> floating, List<T> quantized) {}

  /** Runs everything; the result holds the quantized network, too. */
  public BenchmarkResult execute() {
    Workload workload = Workload.of(settings);
    try (TrainingRun floating = new TrainingRun(workload, Arithmetic.FLOAT);
        TrainingRun quantized = new TrainingRun(workload, Arithmetic.QUANTIZED)) {
      Samples<StepSample> steps = inTurn(floating::step, quantized::step);
      Samples<Long> evaluations = evaluations(workload, floating.model(), quantized.model());
      return new BenchmarkResult(
          settings,
          quantized.engine(),
          quantized.instructionSet(),
          ModeFigures.of(
              settings.batch(), steps.floating(), evaluations.floating(), floating.memory()),
          ModeFigures.of(
              settings.batch(), steps.quantized(), evaluations.quantized(), quantized.memory()),
          quantized.model());
    }
  }

  private Samples<Long> evaluations(
      Workload workload, TrainedModel floatModel, TrainedModel quantizedModel) {
    try (EvaluationRun floating = new EvaluationRun(workload, floatModel, Arithmetic.FLOAT);
        EvaluationRun quantized =
            new EvaluationRun(workload, quantizedModel, Arithmetic.QUANTIZED)) {
      return inTurn(floating::evaluate, quantized::evaluate);
    }
  }

  private <T> Samples<T> inTurn(Timed<T> floating, Timed<T> quantized) {
    long warm = System.nanoTime() + (long) (settings.warmUpSeconds() * TimeUnit.SECONDS.toNanos(1));
    for (int round = 0; round < LEAST_WARM_UP || System.nanoTime() < warm; round++) {
      floating.run();
      quantized.run();
    }
    Samples<T> samples = new Samples<>(new ArrayList<>(), new ArrayList<>());
    for (int step = 0; step < settings.steps(); step++) {
      samples.floating().add(floating.run());
      samples.quantized().add(quantized.run());
    }
    return samples;
  }
}
