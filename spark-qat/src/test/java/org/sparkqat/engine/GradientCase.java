package org.sparkqat.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.training.Loss;

/** A network with random numbers for all that a training step reads. */
final class GradientCase {

  private static final DropoutKey KEY = new DropoutKey(7, 11, 3);

  final Network network;
  final QuantizedGraph graph;
  final int batch;
  final Normalization normalization;
  final InputNormalization inputNormalization;
  final float[] parameters;
  final float[] statistics;
  final float[] raw;
  final Targets targets;
  final double smoothing;

  private GradientCase(Network network, int batch, Normalization normalization, Random random) {
    this.network = network;
    this.graph = QuantizedGraph.of(BlockGraph.of(network), QuantizationScheme.W8A8);
    this.batch = batch;
    this.normalization = normalization;
    this.inputNormalization = inputNormalization(network.inputShape().channels(), random);
    this.parameters = new float[network.parameters().size()];
    this.statistics = new float[network.statistics().size()];
    network.parameters().parameters().forEach(each -> fill(each, parameters, random));
    network.statistics().parameters().forEach(each -> fill(each, statistics, random));
    this.raw = new float[batch * network.inputShape().size()];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (float) random.nextGaussian();
    }
    this.smoothing = random.nextBoolean() ? 0 : 0.1;
    this.targets = targets(network.output().shape().size(), random);
  }

  static GradientCase of(Network network, int batch, Normalization normalization, Random random) {
    return new GradientCase(network, batch, normalization, random);
  }

  private static InputNormalization inputNormalization(int channels, Random random) {
    float[] offset = new float[channels];
    float[] factor = new float[channels];
    for (int c = 0; c < channels; c++) {
      offset[c] = (float) random.nextGaussian() / 2;
      factor[c] = 0.5f + random.nextFloat();
    }
    return new InputNormalization(offset, factor);
  }

  /** Values of the size that trained networks have, so that a batch norm's gamma is not near 0. */
  private static void fill(Parameter of, float[] values, Random random) {
    double fanIn = (double) of.size() / of.shape().dim(0);
    for (int i = of.offset(); i < of.end(); i++) {
      double normal = random.nextGaussian();
      values[i] =
          (float)
              switch (of.kind()) {
                case WEIGHT -> 1.2 * normal / Math.sqrt(fanIn);
                case BATCH_NORM_SCALE -> Math.copySign(0.5 + random.nextDouble(), normal + 1);
                case RUNNING_VARIANCE -> 0.3 + 2 * random.nextDouble();
                default -> normal / 2;
              };
    }
  }

  private Targets targets(int width, Random random) {
    if (width > 1 && random.nextBoolean()) {
      int[] labels = random.ints(batch, 0, width).toArray();
      return new Targets(width, labels, new float[0]);
    }
    float[] values = new float[batch * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Targets(0, new int[0], values);
  }

  Loss loss() {
    return targets.classes() == 0
        ? new Loss.MeanSquaredError(network.output().shape().size())
        : new Loss.SoftmaxCrossEntropy(smoothing);
  }

  /** The input as the first layer sees it. */
  double[] input() {
    double[] input = new double[raw.length];
    int spatial = network.inputShape().spatial();
    for (int i = 0; i < input.length; i++) {
      int c = i / spatial % network.inputShape().channels();
      input[i] =
          ((double) raw[i] - inputNormalization.offset()[c]) * inputNormalization.factor()[c];
    }
    return input;
  }

  /** One training step of the engine. */
  record Trained(EngineChoice engine, MicroBatchResult result) {}

  Trained train(EngineChoice engine) {
    return train(engine, graph, Arithmetic.FLOAT, Ranges.empty(graph.slots()));
  }

  Trained train(EngineChoice engine, QuantizedGraph by, Arithmetic arithmetic, Ranges ranges) {
    MicroBatchResult result = new MicroBatchResult(by);
    PlanSettings settings = new PlanSettings(batch, arithmetic, normalization);
    try (Kernels kernels = Engines.open(engine);
        Plan plan = Plan.compile(kernels, by, inputNormalization, settings)) {
      plan.load(parameters, statistics, ranges);
      plan.train(raw, targets, loss(), KEY, result);
      return new Trained(engine, result);
    }
  }

  /** The factors that dropout takes: what it makes of ones. */
  Map<String, double[][]> dropout() {
    Map<String, double[][]> factors = new HashMap<>();
    for (Block block : graph.graph().blocks()) {
      if (block.anchor().layer() instanceof Layer.Dropout layer) {
        int size = block.outputShape().size();
        float[] taken = Dropouts.factors(block.index(), layer.rate(), KEY, batch * size);
        double[][] examples = new double[batch][size];
        for (int i = 0; i < taken.length; i++) {
          examples[i / size][i % size] = taken[i];
        }
        factors.put(block.name(), examples);
      }
    }
    return factors;
  }

  /** At most so many parameters of each tensor, chosen at random. */
  List<Integer> sample(int most, Random random) {
    List<Integer> chosen = new ArrayList<>();
    for (Parameter tensor : network.parameters().parameters()) {
      random
          .ints(tensor.offset(), tensor.end())
          .distinct()
          .limit(Math.min(most, tensor.size()))
          .forEach(chosen::add);
    }
    return chosen;
  }

  @Override
  public String toString() {
    return "%s, batch %d, input %s: %s"
        .formatted(normalization, batch, network.inputShape(), network.nodes());
  }
}
