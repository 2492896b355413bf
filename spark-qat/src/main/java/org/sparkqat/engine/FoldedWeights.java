package org.sparkqat.engine;

import java.util.Optional;
import org.sparkqat.network.Block;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.WeightPoint;
import org.sparkqat.quantization.NotFiniteException;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Parameter;

/**
 * The weights and the bias that a weighted block computes with, batch normalization folded in:
 * training, evaluation and export all take them from here.
 */
public final class FoldedWeights {

  /**
   * Largest magnitude of a bias code, which leaves the other half of the accumulator to the
   * products. A channel whose weights have all but vanished would need a larger one: then its
   * weights are served with a wider scale instead. Batch normalization by the batch needs no such
   * bias, and would magnify the coarser codes.
   */
  private static final float LARGEST_BIAS = 0x1p30f;

  final WeightCodes codes;
  final Optional<NormalizationParameters> normalization;
  final float[] biases;
  final Parameter weight;
  final Optional<Parameter> bias;
  private final Optional<QuantizationPoint> source;
  final Optional<WeightPoint> learned;
  private final boolean fitKernels;
  private final boolean staysReal;
  private final boolean usesBatch;
  private final boolean folds;

  /**
   * The weights of a block.
   *
   * @param statistics what normalizes
   */
  public FoldedWeights(
      Block block, QuantizedGraph graph, Arithmetic arithmetic, Normalization statistics) {
    Network network = graph.graph().network();
    int outputs = block.outputShape().channels();
    this.weight = network.parameters().parameter(block.name() + ".weight");
    String biasName = block.name() + ".bias";
    this.bias =
        network.parameters().contains(biasName)
            ? Optional.of(network.parameters().parameter(biasName))
            : Optional.empty();
    this.normalization =
        block.normalization().map(node -> new NormalizationParameters(network, node));
    this.usesBatch = normalization.isPresent() && statistics == Normalization.BATCH;
    Optional<WeightQuantizer> quantizer =
        arithmetic.quantizes() ? graph.weights().get(block.index()) : Optional.empty();
    this.folds = normalization.isPresent() && (!usesBatch || quantizer.isPresent());
    this.codes =
        new WeightCodes(
            quantizer,
            outputs,
            weight.size() / outputs,
            weight.size() / (outputs * weight.shape().dim(1)));
    this.learned =
        arithmetic.quantizes() ? graph.learnedWeights().get(block.index()) : Optional.empty();
    this.biases = new float[outputs];
    this.staysReal = arithmetic.quantizes() && quantizer.isEmpty();
    this.fitKernels = quantizer.isPresent() && quantizer.get().fitsKernels();
    int input = block.inputs().get(0);
    this.source =
        arithmetic.quantizes() && !graph.staysReal(input)
            ? Optional.of(graph.pointOf(input)).filter(point -> point.quantizer().fitsKernels())
            : Optional.empty();
  }

  /**
   * True when integer kernels take weights and input, so that the bias is a multiple of the
   * accumulator's unit.
   */
  public boolean areIntegers() {
    return fitKernels && source.isPresent();
  }

  /** What a block is evaluated and served with: running statistics, folded. */
  public static FoldedWeights served(
      Block block,
      QuantizedGraph graph,
      Arithmetic arithmetic,
      float[] parameters,
      float[] statistics,
      Ranges ranges) {
    FoldedWeights weights = new FoldedWeights(block, graph, arithmetic, Normalization.RUNNING);
    weights.load(parameters, statistics, ranges);
    return weights;
  }

  /** True when normalization uses the statistics of the micro-batch. */
  public boolean usesBatch() {
    return usesBatch;
  }

  /** True when the weights are multiplied by the factor of the batch normalization. */
  boolean folds() {
    return folds;
  }

  /**
   * Takes the numbers that are in force until the next call.
   *
   * @throws NotFiniteException naming the weights of a quantized network, when they are not finite:
   *     they have no codes, and the codes behind real ones would hide it
   */
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    try {
      loadAll(parameters, statistics, ranges);
    } catch (NotFiniteException e) {
      throw new NotFiniteException(weight.name(), e);
    }
  }

  private void loadAll(float[] parameters, float[] statistics, Ranges ranges) {
    normalization.ifPresent(n -> n.load(parameters, statistics));
    if (folds) {
      float[] factor = normalization.orElseThrow().factor;
      System.arraycopy(factor, 0, codes.factors, 0, factor.length);
    }
    float srcScale = areIntegers() ? scale(source.orElseThrow(), ranges) : 0f;
    for (int o = 0; o < biases.length; o++) {
      biases[o] = bias(o, parameters);
      if (srcScale > 0 && !usesBatch) {
        codes.leastScales[o] = Math.abs(biases[o]) / (srcScale * LARGEST_BIAS);
      }
    }
    learned.ifPresent(at -> loadScales(at, ranges));
    codes.load(parameters, weight.offset());
    if (staysReal) {
      WeightCoder.magnitude(codes.codes);
    }
  }

  private void loadScales(WeightPoint at, Ranges ranges) {
    for (int o = 0; o < biases.length; o++) {
      codes.learnedScales[o] = at.quantizer().affine(ranges.range(slot(at, o))).scale();
    }
  }

  /** Where the learned range of an output is. */
  static int slot(WeightPoint at, int output) {
    return at.firstSlot() + (at.slots() == 1 ? 0 : output);
  }

  private static float scale(QuantizationPoint point, Ranges ranges) {
    return point.quantizer().affine(ranges.range(point.firstSlot())).scale();
  }

  /** The real bias of a channel: folded with running statistics, before normalization otherwise. */
  private float bias(int o, float[] parameters) {
    float own = ownBias(o, parameters);
    if (normalization.isEmpty() || usesBatch) {
      return own;
    }
    NormalizationParameters n = normalization.get();
    return Folding.bias(n.beta[o], own, n.mean[o], n.factor[o]);
  }

  /** The bias of a channel as a multiple of the accumulator's unit {@code s_x * s_w[o]}. */
  public int biasCode(int o, float unit) {
    return Folding.biasCode(biases[o], unit);
  }

  /** Name, shape and place of the weights among the parameters. */
  public Parameter weight() {
    return weight;
  }

  /** True when the weights are codes, false when they are real. */
  public boolean areCodes() {
    return codes.areCodes();
  }

  /** Codes less their zero points, or real weights, {@code [O, K]}. */
  public float[] values() {
    return codes.codes.clone();
  }

  /** Real width of one code, for each output channel; 1 for real weights. */
  public float[] scales() {
    return codes.scales.clone();
  }

  /** Code of real 0, for each output channel. */
  public int[] zeroPoints() {
    return codes.zeroPoints.clone();
  }

  /** True when the block adds a number to each output channel. */
  public boolean hasBias() {
    return bias.isPresent() || normalization.isPresent();
  }

  /** The real bias of each output channel, 0 where there is none. */
  public float[] biases() {
    return biases.clone();
  }

  /**
   * The bias as a 32-bit code of scale {@code srcScale * scales[o]} and zero point 0.
   *
   * @param srcScale real width of one code of the block's input
   */
  public int[] biasCodes(float srcScale) {
    int[] biasCodes = new int[biases.length];
    for (int o = 0; o < biasCodes.length; o++) {
      biasCodes[o] = biasCode(o, unit(o, srcScale));
    }
    return biasCodes;
  }

  /** Real width of one unit of a channel's accumulator, {@code s_x * s_w[o]}. */
  public float unit(int o, float srcScale) {
    return srcScale * codes.scales[o];
  }

  /** {@link #unit} of each output channel. */
  public float[] units(float srcScale) {
    float[] units = new float[biases.length];
    for (int o = 0; o < units.length; o++) {
      units[o] = unit(o, srcScale);
    }
    return units;
  }

  /** The batch normalization that is folded in. */
  public Optional<NormalizationParameters> normalization() {
    return normalization;
  }

  /** Codes less their zero points, or real weights, {@code [O, K]}; not to be changed. */
  public float[] valuesInForce() {
    return codes.codes;
  }

  /** The real bias of each output channel; not to be changed. */
  public float[] biasesInForce() {
    return biases;
  }

  /** What folding multiplied the weights of a channel by. */
  public float factor(int o) {
    return codes.factors[o];
  }

  /**
   * The real bias of a channel, rounded to a multiple of the accumulator's unit where integer
   * kernels take both sides.
   */
  public float roundedBias(int o, float unit, boolean srcIsCodes) {
    if (!areIntegers() || !srcIsCodes) {
      return biases[o];
    }
    return (float) (biasCode(o, unit) * (double) unit);
  }

  /** Writes the real weights {@code [O, K]} of the forward pass, the factor undone with a batch. */
  public void realWeights(float[] into) {
    int perOutput = into.length / biases.length;
    for (int o = 0; o < biases.length; o++) {
      float scale = usesBatch ? codes.scales[o] / codes.factors[o] : codes.scales[o];
      for (int i = o * perOutput; i < (o + 1) * perOutput; i++) {
        into[i] = codes.codes[i] * scale;
      }
    }
  }

  /** The bias of a channel before normalization, 0 where there is none. */
  float ownBias(int o, float[] parameters) {
    return bias.isPresent() ? parameters[bias.get().offset() + o] : 0f;
  }
}
