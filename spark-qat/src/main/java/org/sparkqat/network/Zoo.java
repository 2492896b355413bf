package org.sparkqat.network;

import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.sparkqat.tensor.Shape;

/** Networks known by name. */
public final class Zoo {

  private static final TreeMap<String, BiFunction<Shape, Integer, Network>> NETWORKS =
      new TreeMap<>(
          java.util.Map.of(
              "mlp", Zoo::mlp,
              "lenet5", Zoo::lenet5,
              "resnet20", (input, outputs) -> resnet(20, input, outputs),
              "mobilenetv2-cifar", MobileNetV2::cifar));

  private Zoo() {}

  /**
   * The network of the given name.
   *
   * @param outputs number of classes, or 1 for regression
   */
  public static Network network(String name, Shape input, int outputs) {
    BiFunction<Shape, Integer, Network> factory = NETWORKS.get(name.toLowerCase(Locale.ROOT));
    if (factory == null) {
      throw new IllegalArgumentException(
          "Invalid model.name: '" + name + "' (allowed: " + String.join(", ", names()) + ")");
    }
    return factory.apply(input, outputs);
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
