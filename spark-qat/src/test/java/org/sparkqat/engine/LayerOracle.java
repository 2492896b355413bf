package org.sparkqat.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.LayerVisitor;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.Network;
import org.sparkqat.network.Node;
import org.sparkqat.network.Requantize;
import org.sparkqat.network.Window;
import org.sparkqat.tensor.Shape;

/** The equations of the layers, node after node of one forward pass of a {@link NetworkOracle}. */
final class LayerOracle implements LayerVisitor<double[][]> {

  private final Network network;
  private final int batch;
  private final NetworkOracle of;
  private final NetworkOracle.Quantizers quantizers;
  private final NetworkOracle.Numbers numbers;
  private final Map<String, double[][]> values = new HashMap<>();
  private Node node;
  private final Conditioning conditioning;

  LayerOracle(NetworkOracle of, NetworkOracle.Numbers numbers) {
    this.network = of.network();
    this.batch = of.batch();
    this.of = of;
    this.quantizers = of.quantizers();
    this.numbers = numbers;
    this.conditioning = new Conditioning(quantizers);
    this.node = network.output();
  }

  /** What the readers of a node, or of the input, see. */
  void put(String name, double[][] seen) {
    values.put(name, seen);
  }

  /** What a node puts out, {@code [N][F]}. */
  double[][] output(Node next) {
    node = next;
    return node.layer().accept(this);
  }

  /** What the pass gives, after its last node. */
  NetworkOracle.Run run() {
    return conditioning.run(values.get(network.output().name()));
  }

  @Override
  public double[][] convolution(Layer.Convolution layer) {
    Shape in = inShape();
    Shape out = node.shape();
    Window w = layer.window();
    int groupIn = in.channels() / layer.groups();
    int groupOut = out.channels() / layer.groups();
    double[] weights = quantizers.weights(node, parameter("weight"), numbers);
    double[] bias = quantizers.bias(node, numbers.bias(node), numbers);
    double[][] src = src(0);
    double[][] dst = dst();
    for (int n = 0; n < batch; n++) {
      for (int at = 0; at < out.size(); at++) {
        int o = at / out.spatial();
        int y = at % out.spatial() / out.dim(2);
        int x = at % out.dim(2);
        double sum = bias[o];
        double size = Math.abs(sum);
        for (int c = 0; c < groupIn; c++) {
          for (int i = 0; i < w.kernelHeight(); i++) {
            for (int j = 0; j < w.kernelWidth(); j++) {
              int row = y * w.strideHeight() + i - w.paddingHeight();
              int column = x * w.strideWidth() + j - w.paddingWidth();
              int channel = o / groupOut * groupIn + c;
              int k = ((o * groupIn + c) * w.kernelHeight() + i) * w.kernelWidth() + j;
              double term = weights[k] * pixel(src[n], in, channel, row, column);
              sum += term;
              size += Math.abs(term);
            }
          }
        }
        dst[n][at] = conditioning.sum(sum, size);
      }
    }
    return dst;
  }

  @Override
  public double[][] fullyConnected(Layer.FullyConnected layer) {
    double[] weights = quantizers.weights(node, parameter("weight"), numbers);
    double[] bias = quantizers.bias(node, numbers.bias(node), numbers);
    double[][] src = src(0);
    double[][] dst = dst();
    for (int n = 0; n < batch; n++) {
      for (int o = 0; o < layer.outputs(); o++) {
        double sum = bias[o];
        double size = Math.abs(sum);
        for (int i = 0; i < src[n].length; i++) {
          double term = weights[o * src[n].length + i] * src[n][i];
          sum += term;
          size += Math.abs(term);
        }
        dst[n][o] = conditioning.sum(sum, size);
      }
    }
    return dst;
  }

  @Override
  public double[][] batchNormalization(Layer.BatchNormalization layer) {
    if (quantizers.folds(node)) {
      return same();
    }
    double[][] src = src(0);
    double[][] dst = dst();
    double[] gamma = parameter("gamma");
    double[] beta = parameter("beta");
    boolean usesBatch = of.normalization() == Normalization.BATCH;
    for (int c = 0; c < gamma.length; c++) {
      double mean = usesBatch ? mean(src, c) : statistic("mean")[c];
      double variance = usesBatch ? variance(src, c, mean) : statistic("variance")[c];
      if (usesBatch) {
        conditioning.normalized(mean, variance);
      }
      double factor = gamma[c] / Math.sqrt(variance + layer.epsilon());
      for (int n = 0; n < batch; n++) {
        for (int i = c * spatial(); i < (c + 1) * spatial(); i++) {
          dst[n][i] = factor * (src[n][i] - mean) + beta[c];
        }
      }
    }
    return dst;
  }

  private double mean(double[][] src, int c) {
    double sum = 0;
    for (double[] example : src) {
      for (int i = c * spatial(); i < (c + 1) * spatial(); i++) {
        sum += example[i];
      }
    }
    return sum / (batch * spatial());
  }

  private double variance(double[][] src, int c, double mean) {
    double sum = 0;
    for (double[] example : src) {
      for (int i = c * spatial(); i < (c + 1) * spatial(); i++) {
        sum += (example[i] - mean) * (example[i] - mean);
      }
    }
    return sum / (batch * spatial());
  }

  @Override
  public double[][] relu(Layer.Relu layer) {
    return clamped(Double.POSITIVE_INFINITY);
  }

  @Override
  public double[][] relu6(Layer.Relu6 layer) {
    return clamped(6);
  }

  private double[][] clamped(double high) {
    double[][] src = src(0);
    double[][] dst = dst();
    double unit = Conditioning.largest(src);
    for (int n = 0; n < batch; n++) {
      for (int i = 0; i < src[n].length; i++) {
        double value = src[n][i];
        int branch = conditioning.decide(value > 0 ? value < high ? 1 : 2 : 0, value, unit);
        conditioning.decide(0, high - value, unit);
        dst[n][i] = branch == 0 ? 0 : branch == 1 ? value : high;
      }
    }
    return dst;
  }

  @Override
  public double[][] maxPool(Layer.MaxPool layer) {
    double[][] src = src(0);
    double[][] dst = dst();
    double unit = Conditioning.largest(src);
    for (int n = 0; n < batch; n++) {
      for (int at = 0; at < node.shape().size(); at++) {
        double[] window = window(src[n], layer.window(), at);
        int best = 0;
        for (int i = 1; i < window.length; i++) {
          best = window[i] > window[best] ? i : best;
        }
        for (double other : window) {
          conditioning.decide(0, window[best] - other, unit);
        }
        dst[n][at] = window[conditioning.decide(best, 0, unit)];
      }
    }
    return dst;
  }

  @Override
  public double[][] averagePool(Layer.AveragePool layer) {
    return pooled(layer.window());
  }

  @Override
  public double[][] globalAveragePool(Layer.GlobalAveragePool layer) {
    Shape in = inShape();
    return pooled(new Window(in.dim(1), in.dim(2), 1, 1, 0, 0));
  }

  private double[][] pooled(Window by) {
    double[][] src = src(0);
    double[][] dst = dst();
    for (int n = 0; n < batch; n++) {
      for (int at = 0; at < node.shape().size(); at++) {
        double[] window = window(src[n], by, at);
        for (double value : window) {
          dst[n][at] += value / window.length;
        }
      }
    }
    return dst;
  }

  @Override
  public double[][] add(Layer.Add layer) {
    double[][] left = src(0);
    double[][] right = src(1);
    double[][] dst = dst();
    for (int n = 0; n < batch; n++) {
      for (int i = 0; i < dst[n].length; i++) {
        dst[n][i] = left[n][i] + right[n][i];
      }
    }
    return dst;
  }

  @Override
  public double[][] activationFunction(ActivationFunction function) {
    double[][] src = src(0);
    double[][] dst = dst();
    double unit = Conditioning.largest(src);
    for (int n = 0; n < batch; n++) {
      for (int i = 0; i < src[n].length; i++) {
        double x = src[n][i];
        dst[n][i] =
            switch (function) {
              case SIGMOID -> sigmoid(x);
              case TANH -> Math.tanh(x);
              case HARD_SIGMOID -> hardSigmoid(x, unit);
              case HARD_SWISH -> x * hardSigmoid(x, unit);
              case SILU -> x * sigmoid(x);
            };
      }
    }
    return dst;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Three straight lines, which meet at -3 and 3. */
  private double hardSigmoid(double x, double unit) {
    int branch = conditioning.decide(x > -3 ? x < 3 ? 1 : 2 : 0, x + 3, unit);
    conditioning.decide(0, x - 3, unit);
    return branch == 0 ? 0 : branch == 1 ? x / 6 + 0.5 : 1;
  }

  @Override
  public double[][] concatenate(Concatenate layer) {
    double[][] dst = dst();
    int offset = 0;
    for (int which = 0; which < node.inputs().size(); which++) {
      double[][] src = src(which);
      for (int n = 0; n < batch; n++) {
        System.arraycopy(src[n], 0, dst[n], offset, src[n].length);
      }
      offset += src[0].length;
    }
    return dst;
  }

  @Override
  public double[][] multiply(Multiply layer) {
    double[][] src = src(0);
    double[][] gate = src(1);
    double[][] dst = dst();
    for (int n = 0; n < batch; n++) {
      for (int i = 0; i < dst[n].length; i++) {
        dst[n][i] = src[n][i] * gate[n][i / spatial()];
      }
    }
    return dst;
  }

  @Override
  public double[][] flatten(Layer.Flatten layer) {
    return same();
  }

  @Override
  public double[][] requantize(Requantize layer) {
    return same();
  }

  private double[][] same() {
    return Arrays.stream(src(0)).map(double[]::clone).toArray(double[][]::new);
  }

  @Override
  public double[][] dropout(Layer.Dropout layer) {
    double[][] src = src(0);
    double[][] factors = of.dropout().get(node.name());
    double[][] dst = dst();
    for (int n = 0; n < batch; n++) {
      for (int i = 0; i < dst[n].length; i++) {
        dst[n][i] = factors[n][i] * src[n][i];
      }
    }
    return dst;
  }

  private double[] window(double[] src, Window window, int at) {
    return Arrays.stream(Windows.pixels(window, inShape(), node.shape(), at))
        .mapToDouble(i -> src[i])
        .toArray();
  }

  private double pixel(double[] src, Shape in, int channel, int y, int x) {
    boolean inside = y >= 0 && y < in.dim(1) && x >= 0 && x < in.dim(2);
    return inside ? src[(channel * in.dim(1) + y) * in.dim(2) + x] : 0;
  }

  private double[][] src(int which) {
    return values.get(node.inputs().get(which));
  }

  private double[][] dst() {
    return new double[batch][node.shape().size()];
  }

  private Shape inShape() {
    return network.shapeOf(node.inputs().get(0));
  }

  private int spatial() {
    return node.shape().spatial();
  }

  private double[] parameter(String kind) {
    return numbers.parameter(node.name(), kind);
  }

  private double[] statistic(String kind) {
    return numbers.statistic(node.name(), kind);
  }
}
