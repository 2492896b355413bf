package org.sparkqat.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.Network;
import org.sparkqat.network.Requantize;
import org.sparkqat.network.SqueezeExcite;
import org.sparkqat.network.Window;
import org.sparkqat.tensor.Shape;

/** Small random networks of all layers, with odd sizes, branches and residual connections. */
final class RandomNetworks {

  private static final int[] SIZES = {1, 3, 7, 8, 13, 16, 17};
  private static final ActivationFunction[] FUNCTIONS = ActivationFunction.values();
  private static final int MOST_PRODUCTS = 6_000;

  private final Random random;
  private Network.Builder net = Network.builder("random", new Shape(1));
  private Shape shape = new Shape(1);
  private int count;
  private int products;

  private RandomNetworks(Random random) {
    this.random = random;
  }

  /** A network whose output is a vector; it has parameters. */
  static Network next(Random random) {
    while (true) {
      Network network = new RandomNetworks(random).draw();
      if (network.parameters().size() > 0) {
        return network;
      }
    }
  }

  private Network draw() {
    shape =
        random.nextInt(4) == 0
            ? new Shape(size())
            : new Shape(1 + random.nextInt(3), 1 + random.nextInt(9), 1 + random.nextInt(9));
    net = Network.builder("random", shape);
    int layers = 2 + random.nextInt(7);
    for (int i = 0; i < layers; i++) {
      step();
    }
    if (shape.rank() == 3) {
      append(new Layer.Flatten());
    }
    if (random.nextInt(6) > 0 || shape.size() > 20) {
      append(new Layer.FullyConnected(2 + random.nextInt(5), bias()));
    }
    return net.build();
  }

  private void step() {
    if (shape.rank() == 1) {
      appendIfSmall(List.<Supplier<Layer>>of(this::fullyConnected, this::pointwise));
    } else if (random.nextInt(3) == 0) {
      branch();
    } else {
      appendIfSmall(
          List.of(this::convolution, this::convolution, this::pointwise, this::pool, this::end));
    }
  }

  private void branch() {
    switch (random.nextInt(5)) {
      case 0 -> concatenation();
      case 1 -> squeezeExcite();
      default -> residual();
    }
  }

  /** What it reads and a convolution of it or, rarely, the same several times. */
  private void concatenation() {
    String trunk = net.last();
    int channels = shape.channels();
    Layer layer = new Layer.Convolution(1 + random.nextInt(3), Window.square(3, 1, 1), 1, bias());
    if (products + products(layer) > MOST_PRODUCTS) {
      return;
    }
    append(layer);
    List<String> inputs = new ArrayList<>(List.of(net.last(), trunk));
    int joined = shape.channels() + channels;
    if (random.nextInt(4) == 0) {
      inputs.add(trunk);
      joined += channels;
    }
    net.add(name("concatenate"), new Concatenate(), inputs.toArray(new String[0]));
    shape = new Shape(joined, shape.dim(1), shape.dim(2));
  }

  private void squeezeExcite() {
    ActivationFunction gate =
        random.nextBoolean() ? ActivationFunction.SIGMOID : ActivationFunction.HARD_SIGMOID;
    if (random.nextInt(3) > 0) {
      new SqueezeExcite(1 + random.nextInt(4), gate).addTo(net, name("squeeze"), net.last());
      return;
    }
    // As convolutions, and a gate that is an image.
    String trunk = net.last();
    Shape image = shape;
    append(new Layer.GlobalAveragePool());
    append(new Layer.Convolution(image.channels(), Window.square(1, 1, 0), 1, bias()));
    append(gate);
    net.add(name("multiply"), new Multiply(), trunk, net.last());
    shape = image;
  }

  /** A branch that leaves the shape, added to what it reads or, rarely, to itself. */
  private void residual() {
    String trunk = net.last();
    Shape before = shape;
    for (int i = 0; i <= random.nextInt(2); i++) {
      Layer layer = new Layer.Convolution(shape.channels(), Window.square(3, 1, 1), 1, bias());
      if (products + products(layer) > MOST_PRODUCTS) {
        return;
      }
      append(layer);
      append(pointwise());
    }
    if (shape.equals(before)) {
      String other = random.nextInt(8) == 0 ? net.last() : trunk;
      net.add(name("add"), new Layer.Add(), net.last(), other);
    }
  }

  private void appendIfSmall(List<Supplier<Layer>> choices) {
    Layer layer = choices.get(random.nextInt(choices.size())).get();
    if (products + products(layer) <= MOST_PRODUCTS) {
      append(layer);
    }
  }

  private void append(Layer layer) {
    products += products(layer);
    net.add(name(layer.getClass().getSimpleName()), layer);
    shape = layer.outputShape(List.of(shape));
  }

  /** Products of weights and inputs for one example. */
  private int products(Layer layer) {
    if (layer instanceof Layer.Convolution convolution) {
      Window window = convolution.window();
      return layer.outputShape(List.of(shape)).size()
          * (shape.channels() / convolution.groups())
          * (window.kernelHeight() * window.kernelWidth());
    }
    return layer instanceof Layer.FullyConnected full ? full.outputs() * shape.size() : 0;
  }

  private String name(String kind) {
    return kind.toLowerCase(Locale.ROOT) + ++count;
  }

  private Layer fullyConnected() {
    return new Layer.FullyConnected(size(), bias());
  }

  private Layer convolution() {
    int groups = group();
    int outputs = groups * (1 + random.nextInt(groups > 1 ? 2 : 8));
    return new Layer.Convolution(outputs, window(), groups, bias());
  }

  /** 1, the number of channels (depthwise) or a divisor between. */
  private int group() {
    List<Integer> divisors = new ArrayList<>(List.of(1));
    for (int g = 2; g <= shape.channels(); g++) {
      if (shape.channels() % g == 0) {
        divisors.add(g);
      }
    }
    return divisors.get(random.nextInt(divisors.size()));
  }

  private Layer pointwise() {
    return switch (random.nextInt(9)) {
      case 0 -> new Layer.Relu();
      case 1 -> new Layer.Relu6();
      case 2 -> new Layer.Dropout(random.nextInt(3) / 4f);
      case 3, 4 -> FUNCTIONS[random.nextInt(FUNCTIONS.length)];
      case 5 -> new Requantize();
      default -> new Layer.BatchNormalization(random.nextBoolean() ? 1e-5f : 1e-2f, 0.1f);
    };
  }

  private Layer pool() {
    return random.nextBoolean() ? new Layer.MaxPool(window()) : new Layer.AveragePool(window());
  }

  private Layer end() {
    return random.nextBoolean() ? new Layer.GlobalAveragePool() : new Layer.Flatten();
  }

  /** A window that fits the image at hand: sides 1 to 4, strides 1 to 3, any legal padding. */
  private Window window() {
    int[] kernel = new int[2];
    int[] padding = new int[2];
    for (int axis = 0; axis < 2; axis++) {
      kernel[axis] = 1 + random.nextInt(4);
      int least = Math.max(0, (kernel[axis] - shape.dim(axis + 1) + 1) / 2);
      padding[axis] = least + random.nextInt(kernel[axis] - least);
    }
    return new Window(
        kernel[0], kernel[1], 1 + random.nextInt(3), 1 + random.nextInt(3), padding[0], padding[1]);
  }

  private Bias bias() {
    return random.nextBoolean() ? Bias.WITH : Bias.WITHOUT;
  }

  private int size() {
    return SIZES[random.nextInt(SIZES.length)];
  }
}
