package org.sparkqat.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.Shape;

class NetworkTest {

  private static final Layer.Convolution CONVOLUTION =
      new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITH);

  private final Network.Builder builder = Network.builder("net", new Shape(3, 8, 8));

  @Test
  void layersReadTheOneBefore() {
    Network network = builder.add("conv1", CONVOLUTION).add("relu1", new Layer.Relu()).build();

    assertThat(network.node("conv1").inputs()).containsExactly(Network.INPUT);
    assertThat(network.node("relu1").inputs()).containsExactly("conv1");
    assertThat(network.output().name()).isEqualTo("relu1");
    assertThat(network.shapeOf(Network.INPUT)).isEqualTo(new Shape(3, 8, 8));
    assertThat(network.shapeOf("relu1")).isEqualTo(new Shape(6, 8, 8));
  }

  @Test
  void parametersAndStatisticsHaveTheNamesOfTheirLayers() {
    Network network =
        builder
            .add("conv1", CONVOLUTION)
            .add("bn1", Layer.BatchNormalization.DEFAULT)
            .add("flatten", new Layer.Flatten())
            .add("fc", new Layer.FullyConnected(5, Bias.WITHOUT))
            .build();

    assertThat(network.parameters().parameters())
        .containsExactly(
            new Parameter("conv1.weight", Parameter.Kind.WEIGHT, new Shape(6, 3, 3, 3), 0),
            new Parameter("conv1.bias", Parameter.Kind.BIAS, new Shape(6), 162),
            new Parameter("bn1.gamma", Parameter.Kind.BATCH_NORM_SCALE, new Shape(6), 168),
            new Parameter("bn1.beta", Parameter.Kind.BATCH_NORM_SHIFT, new Shape(6), 174),
            new Parameter("fc.weight", Parameter.Kind.WEIGHT, new Shape(5, 384), 180));
    assertThat(network.statistics().parameters())
        .containsExactly(
            new Parameter("bn1.mean", Parameter.Kind.RUNNING_MEAN, new Shape(6), 0),
            new Parameter("bn1.variance", Parameter.Kind.RUNNING_VARIANCE, new Shape(6), 6));
  }

  @Test
  void aDepthwiseConvolutionHasOneInputChannelPerGroup() {
    Network network =
        builder
            .add("a", new Layer.Convolution(6, new Window(3, 5, 2, 1, 1, 0), 3, Bias.WITHOUT))
            .build();

    assertThat(network.parameters().parameter("a.weight").shape()).isEqualTo(new Shape(6, 1, 3, 5));
    assertThat(network.output().shape()).isEqualTo(new Shape(6, 4, 4));
  }

  @Test
  void aFullyConnectedLayerOnAnImageNamesBothLayers() {
    builder.add("conv1", CONVOLUTION);

    refuses(
        () -> builder.add("fc1", new Layer.FullyConnected(10, Bias.WITH)),
        "Invalid layer 'fc1': cannot take the output of 'conv1' with shape [6, 8, 8]: a fully"
            + " connected layer takes a vector, not [6, 8, 8] (put a flatten layer between)");
  }

  @Test
  void aSumOfUnequalShapesNamesAllLayers() {
    builder.add("conv1", CONVOLUTION).add("pool", new Layer.MaxPool(Window.square(2, 2, 0)));

    refuses(
        () -> builder.add("sum", new Layer.Add(), "conv1", "pool"),
        "Invalid layer 'sum': cannot take the output of 'conv1' and 'pool' with shape [6, 8, 8] and"
            + " [6, 4, 4]: shapes differ: [6, 8, 8] and [6, 4, 4]");
  }

  @Test
  void aConcatenationAddsUpTheChannels() {
    builder.add("conv1", CONVOLUTION).add("joined", new Concatenate(), "input", "conv1", "input");
    assertThat(builder.build().output().shape()).isEqualTo(new Shape(12, 8, 8));
  }

  @Test
  void aConcatenationOfUnequalImagesNamesAllLayers() {
    builder.add("conv1", CONVOLUTION).add("pool", new Layer.MaxPool(Window.square(2, 2, 0)));

    refuses(
        () -> builder.add("joined", new Concatenate(), "conv1", "pool"),
        "Invalid layer 'joined': cannot take the output of 'conv1' and 'pool' with shape [6, 8, 8]"
            + " and [6, 4, 4]: heights or widths differ: [6, 8, 8] and [6, 4, 4] (only channels"
            + " may)");
  }

  @Test
  void aConcatenationOfAnImageAndAVectorIsRefused() {
    builder.add("conv1", CONVOLUTION).add("flat", new Layer.Flatten());

    refuses(
        () -> builder.add("joined", new Concatenate(), "conv1", "flat"),
        "Invalid layer 'joined': cannot take the output of 'conv1' and 'flat' with shape [6, 8, 8]"
            + " and [384]: an image cannot be joined to a vector (put a flatten layer between)");
  }

  @Test
  void aGateHasOneValuePerChannel() {
    builder
        .add("conv1", CONVOLUTION)
        .add("pool", new Layer.GlobalAveragePool())
        .add("flat", new Layer.Flatten())
        .add("scaled", new Multiply(), "conv1", "pool")
        .add("again", new Multiply(), "scaled", "flat");
    assertThat(builder.build().output().shape()).isEqualTo(new Shape(6, 8, 8));

    refuses(
        () -> builder.add("wrong", new Multiply(), "conv1", "input"),
        "Invalid layer 'wrong': cannot take the output of 'conv1' and 'input' with shape [6, 8, 8]"
            + " and [3, 8, 8]: the second input must hold one value per channel of the first: [6]"
            + " or [6, 1, 1]");
    refuses(
        () -> builder.add("wrong", new Multiply(), "flat", "pool"),
        "Invalid layer 'wrong': cannot take the output of 'flat' and 'pool' with shape [6] and [6,"
            + " 1, 1]: the second input must hold one value per channel of the first: [6]");
  }

  @Test
  void aGateOfSqueezeExciteLiesBetweenZeroAndOne() {
    refuses(
        () -> new SqueezeExcite(4, ActivationFunction.SILU),
        "Invalid gate: silu (allowed: sigmoid, hard-sigmoid)");
  }

  @Test
  void aKernelLargerThanItsImageNamesBothLayers() {
    builder.add("pool1", new Layer.MaxPool(Window.square(4, 4, 0)));

    refuses(
        () -> builder.add("conv1", new Layer.Convolution(6, Window.square(5, 1, 1), 1, Bias.WITH)),
        "Invalid layer 'conv1': cannot take the output of 'pool1' with shape [3, 2, 2]: kernel 5 is"
            + " larger than the padded size 4");
  }

  @Test
  void anImageLayerAfterFlattenNamesBothLayers() {
    builder.add("flat", new Layer.Flatten());

    refuses(
        () -> builder.add("pool", new Layer.GlobalAveragePool()),
        "Invalid layer 'pool': cannot take the output of 'flat' with shape [192]: expects an image"
            + " [C, H, W], not [192]");
  }

  @Test
  void channelsThatTheGroupsDoNotDivideNameBothLayers() {
    builder.add("conv1", CONVOLUTION);

    refuses(
        () -> builder.add("conv2", new Layer.Convolution(8, Window.square(3, 1, 1), 4, Bias.WITH)),
        "Invalid layer 'conv2': cannot take the output of 'conv1' with shape [6, 8, 8]: input"
            + " channels 6 are not a multiple of groups 4");
  }

  @Test
  void anUnknownInputIsRefusedWithTheKnownOnes() {
    builder.add("conv1", CONVOLUTION);

    refuses(
        () -> builder.add("sum", new Layer.Add(), "conv1", "conv2"),
        "Invalid input of layer 'sum': 'conv2' (allowed, being before it: [conv1])");
  }

  @Test
  void aWrongNumberOfInputsIsRefused() {
    builder.add("conv1", CONVOLUTION);

    refuses(
        () -> builder.add("sum", new Layer.Add()),
        "Invalid inputs of layer 'sum': [conv1] (it takes 2)");
    refuses(
        () -> builder.add("relu", new Layer.Relu(), "conv1", "conv1"),
        "Invalid inputs of layer 'relu': [conv1, conv1] (it takes 1)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "input", "1conv", "conv 1", "conv/1"})
  void aNameThatIsNoIdentifierIsRefused(String name) {
    refuses(
        () -> builder.add(name, CONVOLUTION),
        "Invalid layer name: '" + name + "' (letters, digits, '_', '-', '.'; not 'input')");
  }

  @Test
  void aNameUsedTwiceIsRefused() {
    builder.add("conv1", CONVOLUTION);

    refuses(() -> builder.add("conv1", CONVOLUTION), "Invalid layer name: 'conv1' (used twice)");
  }

  @Test
  void aLayerThatNobodyReadsIsRefused() {
    builder
        .add("conv1", CONVOLUTION)
        .add("dead", new Layer.Relu())
        .add("conv2", CONVOLUTION, "conv1");

    refuses(
        builder::build,
        "Invalid network 'net': no layer reads 'dead' (only the last layer is the output)");
  }

  @Test
  void anUnknownNodeIsRefused() {
    Network network = builder.add("conv1", CONVOLUTION).build();

    refuses(() -> network.node("conv2"), "Invalid layer: 'conv2' (allowed: [conv1])");
  }

  private static void refuses(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}
