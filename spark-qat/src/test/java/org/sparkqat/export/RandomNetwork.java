package org.sparkqat.export;

import java.util.List;
import java.util.Random;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.Network;
import org.sparkqat.network.SqueezeExcite;
import org.sparkqat.network.Window;
import org.sparkqat.tensor.Shape;

/** Little networks of all kinds of layers in random order, a function of their seed. */
final class RandomNetwork {

  static final int OUTPUTS = 5;

  private static final int KINDS = 12;
  private static final int AVERAGE_POOL = 12;

  private final int kinds;
  private final Random random;
  private final Network.Builder network;
  private Shape shape;
  private int layers;

  private RandomNetwork(long seed, int kinds) {
    this.kinds = kinds;
    this.random = new Random(seed);
    this.shape = new Shape(1 + random.nextInt(3), 7 + random.nextInt(5), 7 + random.nextInt(5));
    this.network = Network.builder("random" + seed, shape);
  }

  /** Any layers but average pooling. */
  static Network of(long seed) {
    return new RandomNetwork(seed, KINDS).build();
  }

  /** Any layers. */
  static Network withAveragePools(long seed) {
    return new RandomNetwork(seed, KINDS + 1).build();
  }

  private Network build() {
    int count = 6 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      image(random.nextInt(kinds));
    }
    if (random.nextBoolean()) {
      add(new Layer.GlobalAveragePool());
    }
    add(new Layer.Flatten());
    if (random.nextBoolean()) {
      add(new Layer.FullyConnected(6 + random.nextInt(6), bias()));
      add(Layer.BatchNormalization.DEFAULT);
      add(activation());
    }
    add(new Layer.FullyConnected(OUTPUTS, bias()));
    if (random.nextInt(4) == 0) {
      add(new Layer.Dropout(0.5f));
    }
    return network.build();
  }

  private void image(int kind) {
    switch (kind) {
      case 0, 1, 2 -> convolution(1, 4 + 2 * random.nextInt(4));
      case 3 -> convolution(shape.channels(), shape.channels());
      case 4 -> residual();
      case 5 -> pool(new Layer.MaxPool(window()));
      case 6 -> add(Layer.BatchNormalization.DEFAULT);
      case 7 -> add(activation());
      case 8 -> add(function());
      case 9 -> concatenation();
      case 10 -> squeezeExcite();
      case AVERAGE_POOL -> pool(new Layer.AveragePool(window()));
      default -> add(new Layer.Dropout(0.25f));
    }
  }

  private void convolution(int groups, int outputs) {
    boolean halves = groups == 1 && shape.channels() % 2 == 0 && random.nextBoolean();
    add(new Layer.Convolution(outputs, window(), halves ? 2 : groups, bias()));
    if (random.nextBoolean()) {
      add(Layer.BatchNormalization.DEFAULT);
    }
    if (random.nextBoolean()) {
      add(activation());
    }
  }

  private void residual() {
    String trunk = network.last();
    if (trunk.equals(Network.INPUT)) {
      return;
    }
    add(new Layer.Convolution(shape.channels(), Window.square(3, 1, 1), 1, Bias.WITHOUT));
    add(Layer.BatchNormalization.DEFAULT);
    String branch = network.last();
    network.add("layer" + layers++, new Layer.Add(), branch, trunk);
    if (random.nextBoolean()) {
      add(activation());
    }
  }

  private void concatenation() {
    String trunk = network.last();
    int channels = shape.channels();
    add(new Layer.Convolution(4, Window.square(3, 1, 1), 1, bias()));
    if (random.nextBoolean()) {
      add(activation());
    }
    network.add("layer" + layers++, new Concatenate(), network.last(), trunk);
    shape = new Shape(4 + channels, shape.dim(1), shape.dim(2));
  }

  private void squeezeExcite() {
    ActivationFunction gate =
        random.nextBoolean() ? ActivationFunction.SIGMOID : ActivationFunction.HARD_SIGMOID;
    if (random.nextBoolean()) {
      new SqueezeExcite(2, gate).addTo(network, "layer" + layers++, network.last());
      return;
    }
    String trunk = network.last();
    Shape image = shape;
    add(new Layer.GlobalAveragePool());
    add(gate);
    network.add("layer" + layers++, new Multiply(), trunk, network.last());
    shape = image;
  }

  private void pool(Layer layer) {
    if (shape.dim(1) > 3 && shape.dim(2) > 3) {
      add(layer);
    }
  }

  private void add(Layer layer) {
    network.add("layer" + layers++, layer);
    shape = layer.outputShape(List.of(shape));
  }

  private Window window() {
    int height = 1 + random.nextInt(Math.min(3, shape.dim(1)));
    int width = 1 + random.nextInt(Math.min(3, shape.dim(2)));
    int stride = shape.dim(1) > 5 && shape.dim(2) > 5 ? 1 + random.nextInt(2) : 1;
    return new Window(height, width, stride, 1, random.nextInt(height), random.nextInt(width));
  }

  private Bias bias() {
    return random.nextBoolean() ? Bias.WITH : Bias.WITHOUT;
  }

  private Layer activation() {
    return random.nextBoolean() ? new Layer.Relu() : new Layer.Relu6();
  }

  private Layer function() {
    ActivationFunction[] all = ActivationFunction.values();
    return all[random.nextInt(all.length)];
  }
}
