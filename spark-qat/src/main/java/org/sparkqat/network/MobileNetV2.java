package org.sparkqat.network;

import java.util.List;
import org.sparkqat.tensor.Shape;

/**
 * MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381) with the strides that fit 32x32 images: the
 * stem and the second stage keep the resolution.
 */
final class MobileNetV2 {

  /** Expansion factor, output channels, repetitions, stride of the first repetition. */
  private static final int[][] STAGES = {
    {1, 16, 1, 1},
    {6, 24, 2, 1},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1}
  };

  private MobileNetV2() {}

  static Network cifar(Shape input, int outputs) {
    Network.Builder net = Network.builder("mobilenetv2-cifar", input);
    step(net, "stem", Zoo.convolution(32, 3, 1, 1, Bias.WITHOUT));
    int channels = 32;
    for (int stage = 0; stage < STAGES.length; stage++) {
      int[] settings = STAGES[stage];
      for (int block = 0; block < settings[2]; block++) {
        String name = "stage" + (stage + 1) + ".block" + (block + 1);
        int stride = block == 0 ? settings[3] : 1;
        inverted(net, name, channels, settings[0], settings[1], stride);
        channels = settings[1];
      }
    }
    step(net, "head", Zoo.convolution(1280, 1, 1, 0, Bias.WITHOUT));
    return net.add("pool", new Layer.GlobalAveragePool())
        .add("flatten", new Layer.Flatten())
        .add("fc", new Layer.FullyConnected(outputs, Bias.WITH))
        .build();
  }

  private static void inverted(
      Network.Builder net, String name, int channels, int expansion, int outputs, int stride) {
    String trunk = net.last();
    int hidden = channels * expansion;
    if (expansion != 1) {
      step(net, name + ".expand", Zoo.convolution(hidden, 1, 1, 0, Bias.WITHOUT));
    }
    step(
        net,
        name + ".depthwise",
        new Layer.Convolution(hidden, Window.square(3, stride, 1), hidden, Bias.WITHOUT));
    Layer.Convolution project = Zoo.convolution(outputs, 1, 1, 0, Bias.WITHOUT);
    String projected = Zoo.normalized(net, name + ".project", project, List.of());
    if (stride == 1 && channels == outputs) {
      net.add(name + ".add", new Layer.Add(), projected, trunk);
    }
  }

  private static void step(Network.Builder net, String name, Layer.Convolution layer) {
    Zoo.normalized(net, name, layer, new Layer.Relu6(), List.of());
  }
}
