package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Optional;
import org.sparkqat.network.Block;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Node;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * The integer weights of a block from the equations: {@code w * factor} in binary32, {@code code =
 * clamp(roundHalfEven(w / scale) + zeroPoint)}, less the zero point.
 */
final class IntegerWeights {

  private static final double MOST = 0x1p30;

  final int[] codes;
  final float[] scales;
  final float[] biases;

  /** Real width of one code, for each weight. */
  final float[] widths;

  private final WeightQuantizer quantizer;
  private final int perOutput;
  private final int perInput;
  private final float[] factors;
  private final float[] bases;

  private IntegerWeights(
      WeightQuantizer quantizer, float[] bases, int outputs, int perOutput, int perInput) {
    this.perInput = perInput;
    this.quantizer = quantizer;
    this.perOutput = perOutput;
    this.codes = new int[outputs * perOutput];
    this.scales = new float[outputs];
    this.biases = new float[outputs];
    this.widths = new float[codes.length];
    this.factors = new float[outputs];
    this.bases = bases;
    Arrays.fill(factors, 1f);
  }

  /** The weights of a block that reads codes of the given scale; 0: it reads real numbers. */
  static IntegerWeights of(QuantizedCase of, Block block, float srcScale) {
    WeightQuantizer quantizer = of.graph.weights().get(block.index()).orElseThrow();
    float[] weights = tensor(of, block.name() + ".weight");
    int outputs = block.outputShape().channels();
    int inputs = of.numbers.network.parameters().parameter(block.name() + ".weight").shape().dim(1);
    int perOutput = weights.length / outputs;
    float[] bases = SchemeOracle.bases(quantizer, weights);
    IntegerWeights integers =
        new IntegerWeights(quantizer, bases, outputs, perOutput, perOutput / inputs);
    integers.fold(of, block, weights);
    integers.quantize(of, block, weights, srcScale);
    return integers;
  }

  private void fold(QuantizedCase of, Block block, float[] weights) {
    Optional<Node> norm = block.normalization();
    Network network = of.numbers.network;
    boolean hasBias = network.parameters().contains(block.name() + ".bias");
    float[] own = hasBias ? tensor(of, block.name() + ".bias") : new float[biases.length];
    for (int o = 0; o < biases.length; o++) {
      biases[o] = own[o];
      if (norm.isPresent()) {
        String name = norm.get().name();
        float epsilon = ((Layer.BatchNormalization) norm.get().layer()).epsilon();
        float factor =
            factor(tensor(of, name + ".gamma")[o], statistic(of, name + ".variance")[o], epsilon);
        biases[o] =
            tensor(of, name + ".beta")[o] + (own[o] - statistic(of, name + ".mean")[o]) * factor;
        factors[o] = factor;
        for (int i = o * perOutput; i < (o + 1) * perOutput; i++) {
          weights[i] *= factor;
        }
      }
    }
  }

  /** {@code gamma' / sqrt(variance + epsilon)}, where no gamma' is nearer to 0 than 2^-24. */
  static float factor(float gamma, float variance, float epsilon) {
    float kept = Math.abs(gamma) < 0x1p-24f ? Math.copySign(0x1p-24f, gamma) : gamma;
    return (float) (kept / Math.sqrt((double) variance + epsilon));
  }

  private void quantize(QuantizedCase of, Block block, float[] weights, float srcScale) {
    FoldedWeights served = of.served(block);
    int run =
        switch (quantizer.granularity()) {
          case PER_TENSOR -> weights.length;
          case PER_CHANNEL -> perOutput;
          case PER_GROUP -> quantizer.groupSize() * perInput;
        };
    boolean single = quantizer.granularity() == Granularity.PER_TENSOR;
    boolean perTensor = single && !quantizer.range().isLearned();
    for (int o = 0; o < scales.length; o++) {
      for (int group = 0; group < perOutput; group += Math.min(run, perOutput)) {
        int row = o * perOutput;
        int from = perTensor ? 0 : row + group;
        int to = perTensor ? run : Math.min(from + run, row + perOutput);
        SchemeOracle oracle =
            SchemeOracle.of(quantizer, weights, from, to, factors[o], learned(of, block, o));
        boolean isServed = quantizer.granularity() != Granularity.PER_GROUP;
        float scale =
            isServed
                ? widened(oracle.scale(), served.scales()[o], o, perTensor, srcScale)
                : oracle.scale();
        scales[o] = scale;
        for (int i = row + group; i < Math.min(row + group + run, row + perOutput); i++) {
          widths[i] = scale;
          codes[i] = oracle.code(weights[i], bases[i], scale);
        }
      }
    }
  }

  /** The learned scale of a channel; 1 where none is, or where its range has no width. */
  private static float learned(QuantizedCase of, Block block, int o) {
    return of.graph
        .learnedWeights()
        .get(block.index())
        .map(at -> of.ranges.max()[at.firstSlot() + (at.slots() == 1 ? 0 : o)])
        .map(max -> max / of.graph.weights().get(block.index()).orElseThrow().codes().quantMax())
        .filter(scale -> scale >= Float.MIN_NORMAL)
        .orElse(1f);
  }

  /** A scale is wider than the weights need only where a bias would not fit 32 bits otherwise. */
  private float widened(float scale, float served, int o, boolean perTensor, float srcScale) {
    double needed = 0;
    for (int other = 0; other < biases.length && srcScale > 0; other++) {
      if (perTensor || other == o) {
        needed = Math.max(needed, Math.abs(biases[other]) / (srcScale * MOST));
      }
    }
    if (needed <= scale) {
      assertThat(served).as("weight scale").isEqualTo(scale);
    } else {
      double most = quantizer.format().steps() == CodeFormat.Steps.POWER_OF_TWO ? 2 : 1;
      assertThat(served / needed).as("widened weight scale").isBetween(1 - 1e-6, most + 1e-6);
    }
    return served;
  }

  private static float[] tensor(QuantizedCase of, String name) {
    var place = of.numbers.network.parameters().parameter(name);
    return Arrays.copyOfRange(of.numbers.parameters, place.offset(), place.end());
  }

  private static float[] statistic(QuantizedCase of, String name) {
    var place = of.numbers.network.statistics().parameter(name);
    return Arrays.copyOfRange(of.numbers.statistics, place.offset(), place.end());
  }
}
