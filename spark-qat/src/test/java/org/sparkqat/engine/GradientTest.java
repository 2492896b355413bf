package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.Network;
import org.sparkqat.network.SqueezeExcite;
import org.sparkqat.network.Window;
import org.sparkqat.tensor.Shape;

/** The gradients of a training step are those of central differences in double precision. */
class GradientTest {

  @ParameterizedTest
  @EnumSource(Normalization.class)
  void gradientsOfRandomNetworksAreThoseOfCentralDifferences(Normalization normalization) {
    checkMost(25, normalization);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(Normalization.class)
  void gradientsOfAThousandRandomNetworksAreToo(Normalization normalization) {
    checkMost(1000, normalization);
  }

  static List<Layer> imageLayers() {
    Window odd = new Window(3, 2, 2, 3, 2, 1);
    return List.of(
        new Layer.Convolution(8, Window.square(1, 1, 0), 1, Bias.WITH),
        new Layer.Convolution(6, odd, 3, Bias.WITHOUT),
        new Layer.Convolution(3, Window.square(3, 1, 1), 3, Bias.WITH),
        Layer.BatchNormalization.DEFAULT,
        new Layer.Relu(),
        new Layer.Relu6(),
        ActivationFunction.SIGMOID,
        ActivationFunction.TANH,
        ActivationFunction.HARD_SIGMOID,
        ActivationFunction.HARD_SWISH,
        ActivationFunction.SILU,
        new Layer.MaxPool(Window.square(2, 2, 0)),
        new Layer.MaxPool(odd),
        new Layer.AveragePool(Window.square(3, 1, 1)),
        new Layer.AveragePool(odd),
        new Layer.GlobalAveragePool(),
        new Layer.Flatten(),
        new Layer.Dropout(0.25f));
  }

  /**
   * The layer reads a convolution of one pixel per example whose window is as large as the image,
   * so that each value of the image has a weight of its own: its gradient is that of the layer's
   * input.
   */
  @ParameterizedTest
  @MethodSource("imageLayers")
  void theGradientOfEveryValueThatALayerReadsIsThatOfCentralDifferences(Layer layer) {
    Random random = Seeds.random();
    for (int[] size : new int[][] {{3, 4, 5}, {3, 7, 2}, {3, 2, 8}, {3, 13, 13}}) {
      Network.Builder net =
          Network.builder("image", new Shape(1, 1, 1))
              .add("image", image(size[0], size[1], size[2]))
              .add("layer", layer);
      check(net.build(), Normalization.BATCH, random);
      check(net.build(), Normalization.RUNNING, random);
    }
  }

  static List<Layer> vectorLayers() {
    return List.of(
        new Layer.FullyConnected(7, Bias.WITH),
        new Layer.FullyConnected(1, Bias.WITHOUT),
        Layer.BatchNormalization.DEFAULT,
        new Layer.Relu(),
        new Layer.Relu6(),
        ActivationFunction.SIGMOID,
        ActivationFunction.TANH,
        ActivationFunction.HARD_SIGMOID,
        ActivationFunction.HARD_SWISH,
        ActivationFunction.SILU,
        new Layer.Dropout(0.5f));
  }

  @ParameterizedTest
  @MethodSource("vectorLayers")
  void theGradientOfEveryFeatureThatALayerReadsIsThatOfCentralDifferences(Layer layer) {
    Random random = Seeds.random();
    for (int size : new int[] {1, 3, 7, 8, 13, 16, 17, 33}) {
      Network.Builder net =
          Network.builder("vector", new Shape(1))
              .add("vector", new Layer.FullyConnected(size, Bias.WITH))
              .add("layer", layer);
      check(net.build(), Normalization.BATCH, random);
      check(net.build(), Normalization.RUNNING, random);
    }
  }

  @Test
  void theGradientReachesBothSidesOfAnAdditionAndEveryReader() {
    Random random = Seeds.random();
    Network network =
        Network.builder("add", new Shape(1, 1, 1))
            .add("left", image(3, 4, 5))
            .add("right", image(3, 4, 5), Network.INPUT)
            .add("sum", new Layer.Add(), "left", "right")
            .add("relu", new Layer.Relu())
            .add("again", new Layer.Add(), "relu", "left")
            .add("twice", new Layer.Add(), "again", "again")
            .build();
    check(network, Normalization.BATCH, random);
  }

  @Test
  void theGradientReachesEveryPartOfAConcatenation() {
    Random random = Seeds.random();
    Network network =
        Network.builder("concatenate", new Shape(1, 1, 1))
            .add("left", image(3, 4, 5))
            .add("right", image(1, 4, 5), Network.INPUT)
            .add("joined", new Concatenate(), "left", "right", "left")
            .add("relu", new Layer.Relu())
            .add("again", new Concatenate(), "right", "relu")
            .add("flat", new Layer.Flatten())
            .add("twice", new Concatenate(), "flat", "flat")
            .build();
    check(network, Normalization.BATCH, random);
  }

  @Test
  void theGradientReachesTheValuesAndTheGateOfAProduct() {
    Random random = Seeds.random();
    Network network =
        Network.builder("multiply", new Shape(1, 1, 1))
            .add("image", image(3, 4, 5))
            .add("gate", image(3, 1, 1), Network.INPUT)
            .add("product", new Multiply(), "image", "gate")
            .add("relu", new Layer.Relu())
            .add("pool", new Layer.GlobalAveragePool(), "image")
            .add("vector", new Layer.Flatten())
            .add("again", new Multiply(), "relu", "vector")
            .add("pool2", new Layer.GlobalAveragePool())
            .add("vector2", new Layer.Flatten())
            .add("square", new Multiply(), "vector2", "vector2")
            .build();
    check(network, Normalization.BATCH, random);
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGMOID", "HARD_SIGMOID"})
  void theGradientReachesAllOfASqueezeExciteBlock(ActivationFunction gate) {
    Random random = Seeds.random();
    Network.Builder network =
        Network.builder("squeeze", new Shape(1, 1, 1)).add("image", image(5, 4, 3));
    new SqueezeExcite(2, gate).addTo(network, "se", "image");
    check(network.build(), Normalization.BATCH, random);
  }

  /** From one pixel to an image of which each value is a weight times the pixel, plus a bias. */
  private static Layer image(int channels, int height, int width) {
    Window window = new Window(height, width, 1, 1, height - 1, width - 1);
    return new Layer.Convolution(channels, window, 1, Bias.WITH);
  }

  private static void check(Network network, Normalization normalization, Random random) {
    assertThat(checked(network, normalization, random))
        .as("draws that are not all near a kink or a constant: %s", network.nodes())
        .isTrue();
  }

  /** Some random networks are always ill-conditioned: they put out constants. */
  private static void checkMost(int networks, Normalization normalization) {
    Random random = Seeds.random();
    int checked = 0;
    for (int i = 0; i < networks; i++) {
      checked += checked(RandomNetworks.next(random), normalization, random) ? 1 : 0;
    }
    assertThat(checked).as("networks with a point to check at").isGreaterThan(networks * 3 / 4);
  }

  /** False when none of many draws gave a point to check at. */
  private static boolean checked(Network network, Normalization normalization, Random random) {
    for (int attempt = 0; attempt < 60; attempt++) {
      int batch = (normalization == Normalization.BATCH ? 4 : 1) + random.nextInt(3);
      GradientCase drawn = GradientCase.of(network, batch, normalization, random);
      GradientOracle oracle = new GradientOracle(drawn, NetworkOracle.Quantizers.NONE);
      if (oracle.isWellConditioned()) {
        oracle.check(
            List.of(drawn.train(EngineChoice.REFERENCE), drawn.train(EngineChoice.ONEDNN)), random);
        return true;
      }
    }
    return false;
  }
}
