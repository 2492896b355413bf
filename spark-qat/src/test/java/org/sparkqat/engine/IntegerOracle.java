package org.sparkqat.engine;

import java.util.Arrays;
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
import org.sparkqat.quantization.Granularity;
import org.sparkqat.tensor.Shape;

/**
 * One block of a quantized network in integers: codes of the block's inputs in, exact sums of
 * products in 64 bits, one real multiplier out.
 *
 * <p>Each value comes with a bound on what the engine's binary32 arithmetic may differ by. Where it
 * has integers below 2^24 they are exact, and what remains are at most five roundings: those of
 * {@code s_x * s_w}, of the multiplier {@code s_x * s_w / s_out}, of sum plus bias, and of the
 * product with it; or, with two terms, of both products, their sum and the division.
 */
final class IntegerOracle implements LayerVisitor<IntegerOracle.Values> {

  private static final double U = 0x1p-24;
  private static final double ROUNDINGS = 5;

  /** Real values before the output quantizer, and how far the engine's may be from them. */
  record Values(double[] real, double[] error) {
    Values(int size) {
      this(new double[size], new double[size]);
    }

    void set(int at, double value, double terms) {
      real[at] = value;
      error[at] = ROUNDINGS * U * terms;
    }
  }

  /** What a block reads: codes less the zero point, and the real width of each. */
  record Coded(long[] codes, float[] scales) {
    double real(int at) {
      return (double) scales[at] * codes[at];
    }
  }

  private final QuantizedCase of;
  private final Plan plan;
  private final int batch;
  private Block block;
  private Coded src = new Coded(new long[0], new float[0]);

  IntegerOracle(QuantizedCase of, Plan plan) {
    this.of = of;
    this.plan = plan;
    this.batch = of.numbers.batch;
    this.block = of.graph.graph().output();
  }

  /** The values of a block, given the codes that the engine has at its inputs. */
  Values values(Block next) {
    block = next;
    src = coded(block.inputs().get(0));
    Values values = block.anchor().layer().accept(this);
    if (block.activation() != Activation.NONE) {
      double high = block.activation() == Activation.RELU6 ? 6 : Double.POSITIVE_INFINITY;
      for (int i = 0; i < values.real.length; i++) {
        values.real[i] = Math.max(0, Math.min(high, values.real[i]));
      }
    }
    return values;
  }

  /** Codes of a block's output, or of the block whose codes it passes. */
  Coded coded(int index) {
    QuantizationPoint point = of.graph.pointOf(index);
    float[] data = plan.output(index).data();
    Coded coded = new Coded(new long[data.length], new float[data.length]);
    int perSlot = data.length / batch / point.slots();
    for (int i = 0; i < data.length; i++) {
      int slot = point.firstSlot() + i / perSlot % point.slots();
      coded.scales[i] = point.quantizer().affine(of.ranges.range(slot)).scale();
      boolean holdsCodes = point.quantizer().granularity() == Granularity.PER_TENSOR;
      double code = holdsCodes ? data[i] : Math.rint(data[i] / coded.scales[i]);
      coded.codes[i] = (long) code;
      float held = (float) code * (holdsCodes ? 1f : coded.scales[i]);
      if (held != data[i]) {
        throw new AssertionError("No code of " + point + ": " + data[i]);
      }
    }
    return coded;
  }

  private boolean readsOneScale() {
    return of.graph.pointOf(block.inputs().get(0)).quantizer().granularity()
        == Granularity.PER_TENSOR;
  }

  @Override
  public Values convolution(Layer.Convolution layer) {
    Window window = layer.window();
    Shape in = block.inputShape();
    ConvolutionShape shape =
        new ConvolutionShape(
            batch,
            in.channels(),
            in.dim(1),
            in.dim(2),
            layer.outputs(),
            window.kernelHeight(),
            window.kernelWidth(),
            window.strideHeight(),
            window.strideWidth(),
            window.paddingHeight(),
            window.paddingWidth(),
            layer.groups());
    return weighted(shape);
  }

  @Override
  public Values fullyConnected(Layer.FullyConnected layer) {
    return weighted(new FullyConnectedShape(batch, block.inputShape().size(), layer.outputs()));
  }

  private Values weighted(LinearShape shape) {
    boolean fits =
        of.graph.weights().get(block.index()).orElseThrow().fitsKernels()
            && of.graph.pointOf(block.inputs().get(0)).quantizer().fitsKernels();
    IntegerWeights weights = IntegerWeights.of(of, block, fits ? src.scales[0] : 0f);
    return fits ? integers(shape, weights) : reals(shape, weights);
  }

  private Values integers(LinearShape shape, IntegerWeights weights) {
    long[] sums = new long[shape.dstSize()];
    long[] sizes = new long[shape.dstSize()];
    LinearOracle.of(shape)
        .visit(
            (s, w, d) -> {
              sums[d] = Math.addExact(sums[d], src.codes[s] * weights.codes[w]);
              sizes[d] += Math.abs(src.codes[s] * weights.codes[w]);
            });
    Values values = new Values(shape.dstSize());
    long terms = shape.weightsSize() / block.outputShape().channels();
    for (int d = 0; d < sums.length; d++) {
      int o = d / block.outputShape().spatial() % block.outputShape().channels();
      float unit = src.scales[0] * weights.scales[o];
      double code = Math.rint(weights.biases[o] / (double) unit);
      int bias = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, code));
      long sum = sums[d] + bias;
      double width = (double) src.scales[0] * weights.scales[o];
      // Sums of products beyond 2^24 are not exact in binary32.
      long inexact = sizes[d] < 1 << 24 ? 0 : sizes[d] * terms;
      values.set(d, sum * width, (Math.abs(sum) + inexact) * width);
    }
    return values;
  }

  /** What integer kernels do not take: quantized values, multiplied as real numbers. */
  private Values reals(LinearShape shape, IntegerWeights weights) {
    double[] sums = new double[shape.dstSize()];
    double[] sizes = new double[shape.dstSize()];
    LinearOracle.of(shape)
        .visit(
            (s, w, d) -> {
              double product = src.real(s) * weights.codes[w] * weights.widths[w];
              sums[d] += product;
              sizes[d] += Math.abs(product);
            });
    Values values = new Values(shape.dstSize());
    double terms = (double) shape.weightsSize() / block.outputShape().channels();
    for (int d = 0; d < sums.length; d++) {
      int o = d / block.outputShape().spatial() % block.outputShape().channels();
      double value = sums[d] + weights.biases[o];
      double size = sizes[d] * (1 + terms / ROUNDINGS);
      values.set(d, value, size + Math.abs(weights.biases[o]));
    }
    return values;
  }

  @Override
  public Values batchNormalization(Layer.BatchNormalization layer) {
    Values values = new Values(src.codes.length);
    float[] gamma = parameter("gamma");
    float[] beta = parameter("beta");
    float[] mean = statistic("mean");
    float[] variance = statistic("variance");
    for (int i = 0; i < src.codes.length; i++) {
      int c = i / block.outputShape().spatial() % gamma.length;
      double factor = IntegerWeights.factor(gamma[c], variance[c], layer.epsilon());
      double value = factor * (src.real(i) - mean[c]) + beta[c];
      double terms = Math.abs(factor) * (Math.abs(src.real(i)) + Math.abs(mean[c]));
      values.set(i, value, terms + Math.abs(beta[c]));
    }
    return values;
  }

  @Override
  public Values relu(Layer.Relu layer) {
    return same();
  }

  @Override
  public Values relu6(Layer.Relu6 layer) {
    return same();
  }

  @Override
  public Values requantize(Requantize layer) {
    return same();
  }

  private Values same() {
    Values values = new Values(src.codes.length);
    for (int i = 0; i < src.codes.length; i++) {
      values.set(i, src.real(i), Math.abs(src.real(i)));
    }
    return values;
  }

  @Override
  public Values add(Layer.Add layer) {
    Coded right = coded(block.inputs().get(1));
    Values values = new Values(src.codes.length);
    for (int i = 0; i < src.codes.length; i++) {
      double size = Math.abs(src.real(i)) + Math.abs(right.real(i));
      values.set(i, src.real(i) + right.real(i), size);
    }
    return values;
  }

  /** The slopes are below 1.5, so that an error of the real input grows by no more than that. */
  @Override
  public Values activationFunction(ActivationFunction function) {
    Values values = new Values(src.codes.length);
    for (int i = 0; i < src.codes.length; i++) {
      double x = src.real(i);
      double sigmoid = 1 / (1 + Math.exp(-x));
      double hardSigmoid = Math.max(0, Math.min(1, (x + 3) / 6));
      double value =
          switch (function) {
            case SIGMOID -> sigmoid;
            case TANH -> Math.tanh(x);
            case HARD_SIGMOID -> hardSigmoid;
            case HARD_SWISH -> x * hardSigmoid;
            case SILU -> x * sigmoid;
          };
      values.set(i, value, 1.5 * Math.abs(x) + Math.abs(value));
    }
    return values;
  }

  @Override
  public Values concatenate(Concatenate layer) {
    Values values = new Values(batch * block.outputShape().size());
    int offset = 0;
    for (int input : block.inputs()) {
      Coded source = coded(input);
      int size = source.codes.length / batch;
      for (int i = 0; i < source.codes.length; i++) {
        int at = i / size * block.outputShape().size() + offset + i % size;
        values.set(at, source.real(i), Math.abs(source.real(i)));
      }
      offset += size;
    }
    return values;
  }

  @Override
  public Values multiply(Multiply layer) {
    Coded gate = coded(block.inputs().get(1));
    Values values = new Values(src.codes.length);
    for (int i = 0; i < src.codes.length; i++) {
      double product = src.real(i) * gate.real(i / block.outputShape().spatial());
      values.set(i, product, Math.abs(product));
    }
    return values;
  }

  @Override
  public Values averagePool(Layer.AveragePool layer) {
    return pooled(layer.window());
  }

  @Override
  public Values globalAveragePool(Layer.GlobalAveragePool layer) {
    Shape in = block.inputShape();
    return pooled(new Window(in.dim(1), in.dim(2), 1, 1, 0, 0));
  }

  private Values pooled(Window window) {
    Values values = new Values(batch * block.outputShape().size());
    for (int at = 0; at < values.real.length; at++) {
      int[] pixels = Windows.pixels(window, block.inputShape(), block.outputShape(), at);
      double sum = Arrays.stream(pixels).mapToDouble(src::real).sum();
      double size = Arrays.stream(pixels).mapToDouble(i -> Math.abs(src.real(i))).sum();
      // Without one scale the sum is one of real numbers, with as many roundings as terms.
      double roundings = readsOneScale() ? 1 : 1 + pixels.length / ROUNDINGS;
      values.set(at, sum / pixels.length, size / pixels.length * roundings);
    }
    return values;
  }

  @Override
  public Values maxPool(Layer.MaxPool layer) {
    Values values = new Values(batch * block.outputShape().size());
    for (int at = 0; at < values.real.length; at++) {
      int[] pixels = Windows.pixels(layer.window(), block.inputShape(), block.outputShape(), at);
      values.set(at, Arrays.stream(pixels).mapToDouble(src::real).max().orElseThrow(), 0);
    }
    return values;
  }

  @Override
  public Values flatten(Layer.Flatten layer) {
    return passed();
  }

  @Override
  public Values dropout(Layer.Dropout layer) {
    return passed();
  }

  private Values passed() {
    Values values = new Values(src.codes.length);
    for (int i = 0; i < src.codes.length; i++) {
      values.set(i, src.real(i), 0);
    }
    return values;
  }

  private float[] parameter(String kind) {
    var place = of.numbers.network.parameters().parameter(block.name() + "." + kind);
    return Arrays.copyOfRange(of.numbers.parameters, place.offset(), place.end());
  }

  private float[] statistic(String kind) {
    var place = of.numbers.network.statistics().parameter(block.name() + "." + kind);
    return Arrays.copyOfRange(of.numbers.statistics, place.offset(), place.end());
  }
}
