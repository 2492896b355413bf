package org.sparkqat.network;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.sparkqat.tensor.Shape;

/** Networks known by name. */
public final class Zoo {

  private static final Shape MNIST = new Shape(1, 28, 28);
  private static final Shape CIFAR = new Shape(3, 32, 32);

  private static final TreeMap<String, Entry> NETWORKS =
      new TreeMap<>(
          Map.of(
              "mlp", new Entry(MNIST, Zoo::mlp),
              "lenet5", new Entry(MNIST, Zoo::lenet5),
              "resnet20", new Entry(CIFAR, (input, outputs) -> resnet(20, input, outputs)),
              "resnet56", new Entry(CIFAR, (input, outputs) -> resnet(56, input, outputs)),
              "vgg-small", new Entry(CIFAR, Zoo::vggSmall),
              "mobilenetv2-cifar", new Entry(CIFAR, MobileNetV2::cifar)));

  /** A network and the examples that its literature feeds it. */
  private record Entry(Shape usualInput, BiFunction<Shape, Integer, Network> factory) {}

  private Zoo() {}

  /**
   * The network of the given name.
   *
   * @param outputs number of classes, or 1 for regression
   */
  public static Network network(String name, Shape input, int outputs) {
    return entry(name).factory().apply(input, outputs);
  }

  /** The examples that a network was designed for: MNIST {@code [1, 28, 28]} or CIFAR images. */
  public static Shape usualInput(String name) {
    return entry(name).usualInput();
  }

  private static Entry entry(String name) {
    Entry entry = NETWORKS.get(name.toLowerCase(Locale.ROOT));
    if (entry == null) {
      throw new IllegalArgumentException(
          "Invalid model.name: '" + name + "' (allowed: " + String.join(", ", names()) + ")");
    }
    return entry;
  }

  public static List<String> names() {
    return List.copyOf(NETWORKS.keySet());
  }

  /** Two hidden layers of 1,024 units: {@code F-1024-1024-outputs}. */
  private static Network mlp(Shape input, int outputs) {
    Network.Builder net = Network.builder("mlp", input);
    if (input.rank() > 1) {
      net.add("flatten", new Layer.Flatten());
    }
    return net.add("fc1", new Layer.FullyConnected(1024, Bias.WITH))
        .add("relu1", new Layer.Relu())
        .add("fc2", new Layer.FullyConnected(1024, Bias.WITH))
        .add("relu2", new Layer.Relu())
        .add("fc3", new Layer.FullyConnected(outputs, Bias.WITH))
        .build();
  }

  /**
   * LeNet-5 with ReLU and maximum pooling (LeCun et al. 1998); 28x28 images are padded to 32x32.
   */
  private static Network lenet5(Shape input, int outputs) {
    int padding = input.rank() == 3 && input.dim(1) <= 28 ? 2 : 0;
    return Network.builder("lenet5", input)
        .add("conv1", convolution(6, 5, 1, padding, Bias.WITH))
        .add("relu1", new Layer.Relu())
        .add("pool1", new Layer.MaxPool(Window.square(2, 2, 0)))
        .add("conv2", convolution(16, 5, 1, 0, Bias.WITH))
        .add("relu2", new Layer.Relu())
        .add("pool2", new Layer.MaxPool(Window.square(2, 2, 0)))
        .add("flatten", new Layer.Flatten())
        .add("fc1", new Layer.FullyConnected(120, Bias.WITH))
        .add("relu3", new Layer.Relu())
        .add("fc2", new Layer.FullyConnected(84, Bias.WITH))
        .add("relu4", new Layer.Relu())
        .add("fc3", new Layer.FullyConnected(outputs, Bias.WITH))
        .build();
  }

  /**
   * VGG-Small for CIFAR: {@code 2x(128C3) - P2 - 2x(256C3) - P2 - 2x(512C3) - P2 - outputs}, each
   * convolution with batch normalization and ReLU; the network of Courbariaux et al. 2016 (arXiv
   * 1602.02830) with one fully connected layer, as in Cai et al. 2017 (arXiv 1702.00953) and
   * LQ-Nets (Zhang et al. 2018, arXiv 1807.10029).
   */
  private static Network vggSmall(Shape input, int outputs) {
    Network.Builder net = Network.builder("vgg-small", input);
    for (int stage = 1; stage <= 3; stage++) {
      for (int layer = 1; layer <= 2; layer++) {
        String name = "stage" + stage + ".conv" + layer;
        Layer.Convolution convolution = convolution(64 << stage, 3, 1, 1, Bias.WITHOUT);
        normalized(net, name, convolution, new Layer.Relu(), List.of());
      }
      net.add("pool" + stage, new Layer.MaxPool(Window.square(2, 2, 0)));
    }
    return net.add("flatten", new Layer.Flatten())
        .add("fc", new Layer.FullyConnected(outputs, Bias.WITH))
        .build();
  }

  /** ResNet of 6n + 2 layers for CIFAR (He et al. 2015, arXiv 1512.03385), 1x1 shortcuts. */
  private static Network resnet(int depth, Shape input, int outputs) {
    Network.Builder net = Network.builder("resnet" + depth, input);
    normalized(net, "conv1", convolution(16, 3, 1, 1, Bias.WITHOUT), new Layer.Relu(), List.of());
    int channels = 16;
    for (int stage = 1; stage <= 3; stage++) {
      int width = 16 << (stage - 1);
      for (int block = 1; block <= (depth - 2) / 6; block++) {
        int stride = width == channels ? 1 : 2;
        residual(net, "stage" + stage + ".block" + block, width, stride, channels);
        channels = width;
      }
    }
    return net.add("pool", new Layer.GlobalAveragePool())
        .add("flatten", new Layer.Flatten())
        .add("fc", new Layer.FullyConnected(outputs, Bias.WITH))
        .build();
  }

  private static void residual(
      Network.Builder net, String name, int width, int stride, int channels) {
    String trunk = net.last();
    normalized(
        net,
        name + ".conv1",
        convolution(width, 3, stride, 1, Bias.WITHOUT),
        new Layer.Relu(),
        List.of(trunk));
    String first = net.last();
    String branch =
        normalized(net, name + ".conv2", convolution(width, 3, 1, 1, Bias.WITHOUT), List.of(first));
    String shortcut = trunk;
    if (width != channels || stride != 1) {
      shortcut =
          normalized(
              net,
              name + ".shortcut",
              convolution(width, 1, stride, 0, Bias.WITHOUT),
              List.of(trunk));
    }
    net.add(name + ".add", new Layer.Add(), branch, shortcut);
    net.add(name + ".relu", new Layer.Relu());
  }

  static Layer.Convolution convolution(
      int outputs, int kernel, int stride, int padding, Bias bias) {
    return new Layer.Convolution(outputs, Window.square(kernel, stride, padding), 1, bias);
  }

  /** Convolution and batch normalization; the name of the last layer is returned. */
  static String normalized(
      Network.Builder net, String name, Layer.Convolution layer, List<String> inputs) {
    net.add(name, layer, inputs.toArray(new String[0]));
    net.add(name + ".bn", Layer.BatchNormalization.DEFAULT);
    return net.last();
  }

  /** Convolution, batch normalization and activation. */
  static void normalized(
      Network.Builder net,
      String name,
      Layer.Convolution layer,
      Layer activation,
      List<String> inputs) {
    normalized(net, name, layer, inputs);
    net.add(name + ".relu", activation);
  }
}
