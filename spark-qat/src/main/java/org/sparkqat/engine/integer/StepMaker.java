package org.sparkqat.engine.integer;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;
import org.sparkqat.engine.Curve;
import org.sparkqat.engine.NormalizationParameters;
import org.sparkqat.integer.ChannelStep;
import org.sparkqat.integer.CopyStep;
import org.sparkqat.integer.LookupStep;
import org.sparkqat.integer.MaximumStep;
import org.sparkqat.integer.MeanStep;
import org.sparkqat.integer.ProductStep;
import org.sparkqat.integer.RealMap;
import org.sparkqat.integer.Requantizer;
import org.sparkqat.integer.Sliding;
import org.sparkqat.integer.Step;
import org.sparkqat.integer.SumStep;
import org.sparkqat.integer.TermSum;
import org.sparkqat.network.Activation;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Block;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.LayerVisitor;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.Requantize;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.Affine;
import org.sparkqat.tensor.Shape;

/** Makes the integer step of one block. */
final class StepMaker implements LayerVisitor<Step> {

  private final IntegerCompiler.Numbers numbers;
  private final Forms forms;
  private final Block block;
  private final Optional<CodeTarget> codes;

  StepMaker(IntegerCompiler.Numbers numbers, Forms forms, Block block) {
    this.numbers = numbers;
    this.forms = forms;
    this.block = block;
    this.codes =
        numbers
            .graph()
            .outputs()
            .get(block.index())
            .map(point -> CodeTarget.of(affine(point), block.activation()));
  }

  private Affine affine(QuantizationPoint point) {
    return point.quantizer().affine(numbers.ranges().range(point.firstSlot()));
  }

  /** Scale and codes of what the block reads. */
  private Affine src(int which) {
    return affine(numbers.graph().pointOf(block.inputs().get(which)));
  }

  private static int most(Affine affine) {
    return Math.max(-affine.lowest(), affine.highest());
  }

  @Override
  public Step convolution(Layer.Convolution layer) {
    return linear(sliding(layer.window()), layer.groups());
  }

  @Override
  public Step fullyConnected(Layer.FullyConnected layer) {
    int inputs = block.inputShape().size();
    return linear(new Sliding(inputs, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0), 1);
  }

  private Step linear(Sliding window, int groups) {
    return new WeightedMaker(numbers, block, src(0))
        .step(
            window,
            groups,
            channel ->
                codes
                    .map(to -> forms.weighted(channel, to))
                    .orElseGet(() -> real(RealForms.real(channel))));
  }

  private Requantizer real(RealMap map) {
    return new Requantizer.ToReal(map, lowBits(), highBits());
  }

  private int lowBits() {
    return Float.floatToRawIntBits(
        block.activation() == Activation.NONE ? Float.NEGATIVE_INFINITY : 0f);
  }

  private int highBits() {
    return Float.floatToRawIntBits(
        block.activation() == Activation.RELU6 ? 6f : Float.POSITIVE_INFINITY);
  }

  @Override
  public Step batchNormalization(Layer.BatchNormalization layer) {
    NormalizationParameters by =
        new NormalizationParameters(numbers.graph().graph().network(), block.anchor());
    by.load(numbers.parameters(), numbers.statistics());
    Affine src = src(0);
    return channels(c -> line(src, by.factor(c), by.intercept(c)));
  }

  private Requantizer line(Affine src, float factor, float intercept) {
    return codes
        .map(to -> forms.line(src.scale(), factor, intercept, most(src), to))
        .orElseGet(() -> real(RealForms.line(src.scale() * factor, intercept)));
  }

  private Step channels(IntFunction<Requantizer> channel) {
    Requantizer[] channels = new Requantizer[block.outputShape().channels()];
    Arrays.setAll(channels, channel);
    return new ChannelStep(block.outputShape().spatial(), channels);
  }

  @Override
  public Step relu(Layer.Relu layer) {
    return activation();
  }

  @Override
  public Step relu6(Layer.Relu6 layer) {
    return activation();
  }

  private Step activation() {
    Requantizer same = copy(src(0));
    return channels(c -> same);
  }

  private Requantizer copy(Affine src) {
    return codes
        .map(to -> forms.copy(src.scale(), most(src), to))
        .orElseGet(() -> real(RealForms.real(src.scale())));
  }

  @Override
  public Step maxPool(Layer.MaxPool layer) {
    boolean isReal = numbers.graph().staysReal(block.index());
    return new MaximumStep(
        sliding(layer.window()), isReal ? MaximumStep.Values.REALS : MaximumStep.Values.CODES);
  }

  @Override
  public Step averagePool(Layer.AveragePool layer) {
    return mean(sliding(layer.window()));
  }

  @Override
  public Step globalAveragePool(Layer.GlobalAveragePool layer) {
    Shape in = block.inputShape();
    return mean(sliding(new Window(in.dim(1), in.dim(2), in.dim(1), in.dim(2), 0, 0)));
  }

  private Step mean(Sliding window) {
    int largest =
        Math.min(window.kernelHeight(), window.height())
            * Math.min(window.kernelWidth(), window.width());
    Affine src = src(0);
    int most = requireSum("sums of codes", (long) largest * most(src));
    Requantizer[] byCount = new Requantizer[largest];
    Arrays.setAll(byCount, i -> mean(src, i + 1, most));
    return new MeanStep(window, byCount);
  }

  private Requantizer mean(Affine src, int count, int most) {
    return codes
        .map(to -> forms.mean(count, src.scale(), most, to))
        .orElseGet(() -> real(RealForms.mean(count, src.scale())));
  }

  private int requireSum(String what, long largest) {
    return WeightedMaker.requireSum(block, what, largest);
  }

  @Override
  public Step add(Layer.Add layer) {
    int later = block.inputs().get(0) < block.inputs().get(1) ? 1 : 0;
    Affine term = src(later);
    Affine other = src(1 - later);
    int most = Math.max(most(term), most(other));
    return new SumStep(
        codes
            .map(to -> forms.sum(term.scale(), other.scale(), most, to))
            .orElseGet(() -> realSum(term, other)));
  }

  private TermSum realSum(Affine term, Affine other) {
    return new TermSum.ToReal(
        RealForms.bits(term.scale()), RealForms.bits(other.scale()), lowBits(), highBits());
  }

  @Override
  public Step flatten(Layer.Flatten layer) {
    return new CopyStep();
  }

  @Override
  public Step dropout(Layer.Dropout layer) {
    return new CopyStep();
  }

  @Override
  public Step activationFunction(ActivationFunction function) {
    Affine src = src(0);
    int[] table = new int[src.highest() - src.lowest() + 1];
    Curve curve = Curve.of(function);
    Arrays.setAll(table, i -> entry(curve.value(src.scale() * (src.lowest() + i))));
    return new LookupStep(src.lowest(), table);
  }

  private int entry(float value) {
    return codes
        .map(to -> (int) Affine.round(Math.max(to.low(), Math.min(to.high(), value / to.scale()))))
        .orElseGet(() -> Float.floatToRawIntBits(block.activation().of(value)));
  }

  @Override
  public Step concatenate(Concatenate layer) {
    Requantizer[] channels = new Requantizer[block.outputShape().channels()];
    int at = 0;
    for (int which = 0; which < block.inputs().size(); which++) {
      int count = shape(block.inputs().get(which)).channels();
      Arrays.fill(channels, at, at + count, copy(src(which)));
      at += count;
    }
    return new ChannelStep(block.outputShape().spatial(), channels);
  }

  private Shape shape(int index) {
    var graph = numbers.graph().graph();
    return index < 0 ? graph.network().inputShape() : graph.blocks().get(index).outputShape();
  }

  @Override
  public Step multiply(Multiply layer) {
    Affine src = src(0);
    Affine gate = src(1);
    requireSum("products of codes", (long) most(src) * most(gate));
    return new ProductStep(
        codes
            .map(to -> forms.product(src.scale(), gate.scale(), to))
            .orElseGet(() -> real(RealForms.real(src.scale() * gate.scale()))));
  }

  @Override
  public Step requantize(Requantize layer) {
    return activation();
  }

  private Sliding sliding(Window window) {
    Shape in = block.inputShape();
    Shape out = block.anchor().shape();
    return new Sliding(
        in.channels(),
        in.dim(1),
        in.dim(2),
        out.dim(1),
        out.dim(2),
        window.kernelHeight(),
        window.kernelWidth(),
        window.strideHeight(),
        window.strideWidth(),
        window.paddingHeight(),
        window.paddingWidth());
  }
}
