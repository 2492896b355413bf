package org.sparkqat.export;

import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.RangeLearner;
import org.sparkqat.training.RangeTraining;
import org.sparkqat.training.RunningStatistics;
import org.sparkqat.training.TrainedModel;

/**
 * A model with random weights, whose batch-norm statistics and ranges are those of random images.
 */
final class RandomModel {

  private static final int CALIBRATION_BATCH = 32;
  private static final int SETTLING_STEPS = 60;

  private final Kernels kernels;
  private final Network network;
  private final QuantizationScheme scheme;
  private final InputNormalization normalization;
  private final long seed;

  private RandomModel(Kernels kernels, Network network, QuantizationScheme scheme, long seed) {
    this.kernels = kernels;
    this.network = network;
    this.scheme = scheme;
    this.normalization =
        InputNormalization.of(
            network.inputShape(), 255, new double[] {0.4914}, new double[] {0.2471});
    this.seed = seed;
  }

  static TrainedModel of(Kernels kernels, Network network, QuantizationScheme scheme, long seed) {
    return new RandomModel(kernels, network, scheme, seed).calibrated();
  }

  private TrainedModel calibrated() {
    float[] parameters = parameters();
    float[] statistics = Initialization.statistics(network);
    MicroBatchResult batch = observe(parameters, statistics, Normalization.BATCH);
    for (int step = 0; step < SETTLING_STEPS; step++) {
      statistics =
          RunningStatistics.update(
              statistics, batch.statisticSums(), batch.statisticCounts(), network);
    }
    Ranges ranges =
        new RangeLearner(QuantizedGraph.of(BlockGraph.of(network), scheme), RangeTraining.DEFAULT)
            .started(observe(parameters, statistics, Normalization.RUNNING).observed(), parameters);
    return new TrainedModel(network, normalization, scheme, parameters, statistics, ranges);
  }

  private MicroBatchResult observe(float[] parameters, float[] statistics, Normalization with) {
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), scheme);
    PlanSettings settings = new PlanSettings(CALIBRATION_BATCH, Arithmetic.CALIBRATION, with);
    MicroBatchResult result = new MicroBatchResult(graph);
    try (Plan plan = Plan.compile(kernels, graph, normalization, settings)) {
      plan.load(parameters, statistics, Ranges.empty(graph.slots()));
      plan.calibrate(images(network.inputShape(), CALIBRATION_BATCH, seed + 1), result);
    }
    return result;
  }

  private float[] parameters() {
    float[] parameters = new float[network.parameters().size()];
    for (Parameter parameter : network.parameters().parameters()) {
      float fan = (float) parameter.size() / parameter.shape().dim(0);
      float deviation = (float) Math.sqrt(2 / fan);
      switch (parameter.kind()) {
        case WEIGHT -> fill(parameters, parameter, i -> deviation * gaussian(parameter, i));
        case BATCH_NORM_SCALE -> fill(parameters, parameter, i -> 1 + gaussian(parameter, i) / 4);
        default -> fill(parameters, parameter, i -> gaussian(parameter, i) / 4);
      }
    }
    return parameters;
  }

  private interface ValueAt {
    float at(int index);
  }

  private static void fill(float[] values, Parameter parameter, ValueAt number) {
    for (int i = 0; i < parameter.size(); i++) {
      values[parameter.offset() + i] = number.at(i);
    }
  }

  private float gaussian(Parameter parameter, int index) {
    return CounterRandom.gaussian(
        seed, CounterRandom.Purpose.INITIALIZATION, parameter.offset(), index, 0);
  }

  /** Images of 8-bit values: coarse blotches, so that their means differ, with noise. */
  static float[] images(Shape shape, int count, long seed) {
    float[] images = new float[count * shape.size()];
    int width = shape.rank() == 3 ? shape.dim(2) : shape.channels();
    for (int i = 0; i < images.length; i++) {
      int image = i / shape.size();
      int at = i % shape.size();
      int blotch =
          at / shape.spatial() * 64 + at % shape.spatial() / width / 8 * 8 + at % width / 8;
      float coarse = draw(seed, image, blotch, 1);
      float noise = draw(seed, image, at, 2);
      images[i] = Math.max(0, Math.min(255, Math.round(128 + 50 * coarse + 20 * noise)));
    }
    return images;
  }

  private static float draw(long seed, int image, int at, int layer) {
    return CounterRandom.gaussian(seed, CounterRandom.Purpose.SYNTHETIC, image, at, layer);
  }
}
