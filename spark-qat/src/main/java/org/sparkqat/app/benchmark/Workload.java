package org.sparkqat.app.benchmark;

import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.Targets;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;
import org.sparkqat.training.RangeLearner;
import org.sparkqat.training.RangeTraining;

/**
 * What every run starts from: a network with its first weights, one batch of synthetic examples
 * with random labels, and the ranges that this batch calibrates. The same settings give the same
 * numbers.
 *
 * @param raw values in [0, 1), {@code [N, C, H, W]}
 */
record Workload(
    BenchmarkSettings settings,
    QuantizedGraph graph,
    InputNormalization normalization,
    float[] raw,
    Targets targets,
    float[] parameters,
    float[] statistics,
    Ranges ranges) {

  static final long SEED = 42;
  static final int CLASSES = 10;

  private static final double[] MEAN = {0.5};
  private static final double[] DEVIATION = {0.25};

  static Workload of(BenchmarkSettings settings) {
    Network network = Zoo.network(settings.model(), Zoo.usualInput(settings.model()), CLASSES);
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), settings.scheme());
    Workload uncalibrated =
        new Workload(
            settings,
            graph,
            InputNormalization.of(network.inputShape(), 1, MEAN, DEVIATION),
            examples(settings.batch(), network.inputShape().size()),
            labels(settings.batch()),
            Initialization.parameters(network, SEED),
            Initialization.statistics(network),
            Ranges.empty(graph.slots()));
    return uncalibrated.with(uncalibrated.calibrated());
  }

  Network network() {
    return graph.graph().network();
  }

  Plan plan(Kernels kernels, Arithmetic arithmetic, Normalization statisticsInUse) {
    PlanSettings plan =
        new PlanSettings(settings.batch(), arithmetic, statisticsInUse, settings.gradients());
    return Plan.compile(kernels, graph, normalization, plan);
  }

  private Ranges calibrated() {
    try (Kernels kernels = Engines.open(settings.engine());
        Plan plan = plan(kernels, Arithmetic.CALIBRATION, Normalization.BATCH)) {
      MicroBatchResult result = new MicroBatchResult(graph);
      plan.load(parameters, statistics, ranges);
      plan.calibrate(raw, result);
      return new RangeLearner(graph, RangeTraining.DEFAULT).started(result.observed(), parameters);
    }
  }

  private Workload with(Ranges calibrated) {
    return new Workload(
        settings, graph, normalization, raw, targets, parameters, statistics, calibrated);
  }

  private static float[] examples(int batch, int size) {
    float[] raw = new float[batch * size];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = CounterRandom.uniform(SEED, Purpose.SYNTHETIC, 0, i, 0);
    }
    return raw;
  }

  private static Targets labels(int batch) {
    Targets targets = Targets.ofLabels(CLASSES, batch);
    for (int i = 0; i < batch; i++) {
      targets.labels()[i] = CounterRandom.bounded(SEED, Purpose.SYNTHETIC, 1, i, 0, CLASSES);
    }
    return targets;
  }
}
