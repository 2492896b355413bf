package org.sparkqat.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.Residuals;
import org.sparkqat.network.SqueezeExcite;
import org.sparkqat.network.Window;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.TrainedModel;

/** What ONNX Runtime computes from an exported model is what the engine computes. */
class OnnxRuntimeTest {

  private static final int IMAGES = 256;

  /** Where every image is compared value by value, and so one in ten tells as much. */
  private static final int FEW_IMAGES = 32;

  private static final int CLASSES = 10;

  /**
   * Float sums of K products are off by at most K * 2^-24 of the sum of magnitudes, typically by
   * its root; the largest K here is 4,096.
   */
  private static final double FLOAT_SUMS = 4096 * 0x1p-24;

  /** How far from the middle between two codes the rounding of float sums may reach. */
  private static final double TIE = 1e-3;

  private static Kernels kernels;

  @BeforeAll
  static void openKernels() {
    kernels = Engines.open(EngineChoice.AUTO);
  }

  @AfterAll
  static void closeKernels() {
    kernels.close();
  }

  static Stream<Arguments> zoo() {
    return Zoo.names().stream()
        .flatMap(
            name ->
                Stream.of(Schemes.W8A8, Schemes.W4A4).map(scheme -> Arguments.of(name, scheme)));
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void integerKernelsGiveTheEnginesLogitsForTheZoo(String name, Schemes scheme)
      throws OrtException, IOException {
    assumeExactIntegerKernels();
    TrainedModel model = zooModel(name, scheme.get());
    Logits logits = run(model, OnnxForm.QUANTIZED, Runner.OPTIMIZED);
    // A code at a tie, one in 10^7 of the real sums of two branches, changes what later blocks see:
    // seen in 13 of 256 images of resnet56, with its 27 sums, and in 5 of resnet20.
    int ties =
        switch (name) {
          case "resnet56" -> IMAGES / 10;
          case "resnet20" -> IMAGES / 32;
          default -> 0;
        };
    int changed = name.equals("resnet56") ? 2 : 0;
    assertThat(logits.agreements()).isGreaterThanOrEqualTo(IMAGES - changed);
    assertThat(logits.beyond(FLOAT_SUMS)).isLessThanOrEqualTo(ties);
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void codesOfTheLiteralGraphDifferOnlyAtTies(String name, Schemes scheme) throws OrtException {
    LiteralCodes codes = comparedCodes(zooModel(name, scheme.get()), FEW_IMAGES);
    assertThat(codes.different()).isLessThanOrEqualTo(1 + codes.compared() / 100_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp", "lenet5", "resnet20", "vgg-small", "mobilenetv2-cifar"})
  void theFloatFormGivesTheEnginesLogits(String name) throws OrtException {
    TrainedModel model = zooModel(name, QuantizationScheme.W8A8);
    for (Runner runner : Runner.values()) {
      Logits logits = run(model, OnnxForm.FLOAT, runner, FEW_IMAGES);
      assertThat(logits.difference()).isLessThan(FLOAT_SUMS);
    }
  }

  @ParameterizedTest
  @EnumSource(Schemes.class)
  void integerKernelsGiveTheEnginesLogitsForEveryKindOfLayer(Schemes scheme)
      throws OrtException, IOException {
    assumeExactIntegerKernels();
    for (long seed : seeds()) {
      TrainedModel model = littleModel(RandomNetwork.of(seed), scheme, seed);
      Logits logits = run(model, OnnxForm.QUANTIZED, Runner.OPTIMIZED);
      // Float sums decide ties where quantizers make the runtime compute in float.
      int ties = scheme.isInteger() ? 0 : IMAGES / 100;
      assertThat(logits.agreements()).as("seed %d", seed).isGreaterThanOrEqualTo(IMAGES - ties);
      // Behind a tie the runtime adds an odd zero point before it rounds to even.
      if (scheme.isInteger() && scheme.tiesAreRare()) {
        assertThat(logits.difference()).as("seed %d", seed).isLessThan(FLOAT_SUMS);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Schemes.class)
  void codesOfEveryKindOfLayerDifferOnlyAtTies(Schemes scheme) throws OrtException {
    for (long seed : seeds()) {
      comparedCodes(littleModel(RandomNetwork.withAveragePools(seed), scheme, seed), IMAGES);
    }
  }

  static Stream<Arguments> functions() {
    return Stream.of(ActivationFunction.values())
        .flatMap(
            function ->
                Stream.of(
                        Schemes.W8A8,
                        Schemes.ACTIVATIONS_SYMMETRIC,
                        Schemes.W4A4,
                        Schemes.FLOAT_ISLANDS)
                    .map(scheme -> Arguments.of(function, scheme)));
  }

  /** The function behind a convolution and in front of one, with a gate and a concatenation. */
  @ParameterizedTest
  @MethodSource("functions")
  void aGatedNetworkWithAnActivationFunctionIsServedAlike(
      ActivationFunction function, Schemes scheme) throws OrtException, IOException {
    Network.Builder network =
        Network.builder("gated", new Shape(3, 9, 8))
            .add("expand", new Layer.Convolution(8, Window.square(1, 1, 0), 1, Bias.WITHOUT))
            .add("expand.bn", Layer.BatchNormalization.DEFAULT)
            .add("function", function)
            .add("depthwise", new Layer.Convolution(8, Window.square(3, 2, 1), 8, Bias.WITH))
            .add("function2", function);
    new SqueezeExcite(4, ActivationFunction.HARD_SIGMOID).addTo(network, "se", "function2");
    network
        .add("joined", new Concatenate(), "se", "depthwise")
        .add("pool", new Layer.GlobalAveragePool())
        .add("gate", ActivationFunction.SIGMOID)
        .add("scaled", new Multiply(), "joined", "gate")
        .add("flatten", new Layer.Flatten())
        .add("fc", new Layer.FullyConnected(4, Bias.WITH));
    TrainedModel model = littleModel(network.build(), scheme, 1);

    long codes = scheme == Schemes.FLOAT_ISLANDS ? 100 : 1000;
    assertThat(comparedCodes(model, IMAGES).compared()).isGreaterThan(IMAGES * codes);
    for (Runner runner : Runner.values()) {
      assertThat(run(model, OnnxForm.FLOAT, runner).difference()).isLessThan(FLOAT_SUMS);
    }
    assumeExactIntegerKernels();
    Logits logits = run(model, OnnxForm.QUANTIZED, Runner.OPTIMIZED);
    assertThat(logits.agreements()).isEqualTo(IMAGES);
    // The runtime fuses x * sigmoid(x) and approximates it: a code at a tie differs in a few images
    // (seen in 6), where that of the literal graph does not. Behind an island float sums decide.
    int floats = scheme.isInteger() ? 0 : IMAGES / 100;
    int ties = function == ActivationFunction.SILU ? IMAGES / 32 : floats;
    assertThat(logits.beyond(FLOAT_SUMS)).isLessThanOrEqualTo(ties);
  }

  @Test
  void aBlockWithVanishedWeightsAndACollapsedRangeIsServedAlike() throws OrtException {
    Network network =
        Network.builder("collapsed", new Shape(2, 6, 6))
            .add("trunk", new Layer.Convolution(3, Window.square(3, 1, 1), 1, Bias.WITH))
            .add("dead", new Layer.Convolution(3, Window.square(3, 1, 1), 1, Bias.WITHOUT))
            .add("dead.bn", Layer.BatchNormalization.DEFAULT)
            .add("dead.relu", new Layer.Relu())
            .add("add", new Layer.Add(), "dead.relu", "trunk")
            .add("flatten", new Layer.Flatten())
            .add("fc", new Layer.FullyConnected(4, Bias.WITH))
            .build();
    TrainedModel model = littleModel(network, Schemes.W8A8, 1);
    fill(model, "dead.bn.gamma", 0f);
    fill(model, "dead.bn.beta", -1f);
    QuantizationPoint point = model.graph().pointOf(1);
    model.ranges().set(point.firstSlot(), new Range(0f, 0f));
    LiteralCodes codes = comparedCodes(model, IMAGES);
    assertThat(codes.compared()).isGreaterThan(IMAGES * 3L * 36 * 2);
    assertThat(run(model, OnnxForm.QUANTIZED, Runner.LITERAL).agreements()).isEqualTo(IMAGES);
  }

  private static void fill(TrainedModel model, String name, float value) {
    Parameter parameter = model.network().parameters().parameter(name);
    Arrays.fill(model.parameters(), parameter.offset(), parameter.end(), value);
  }

  private enum Runner {
    LITERAL,
    OPTIMIZED
  }

  /** Compares all codes; those that differ must lie at ties. */
  private static LiteralCodes comparedCodes(TrainedModel model, int examples) throws OrtException {
    float[] images = RandomModel.images(model.network().inputShape(), examples, 3);
    LiteralCodes codes = LiteralCodes.compare(kernels, model, images);
    assertThat(codes.farthestFromTheMiddle()).as(model.network().name()).isLessThan(TIE);
    assertThat(codes.logitsBehindEqualCodes()).isLessThan(FLOAT_SUMS);
    return codes;
  }

  private static Logits run(TrainedModel model, OnnxForm form, Runner runner) throws OrtException {
    return run(model, form, runner, IMAGES);
  }

  private static Logits run(TrainedModel model, OnnxForm form, Runner runner, int examples)
      throws OrtException {
    float[] images = RandomModel.images(model.network().inputShape(), examples, 2);
    float[] ours = Logits.of(kernels, model, form, images);
    var proto = OnnxExporter.model(model, new OnnxOptions(form, "test"));
    try (RuntimeModel runtime =
        runner == Runner.LITERAL ? RuntimeModel.literal(proto) : RuntimeModel.optimized(proto)) {
      float[] theirs = runtime.run(images, model.network().inputShape()).get("logits");
      return new Logits(ours, theirs, model.network().output().shape().size());
    }
  }

  private static TrainedModel zooModel(String name, QuantizationScheme scheme) {
    Network network = Zoo.network(name, Zoo.usualInput(name), CLASSES);
    return RandomModel.of(kernels, network, scheme, 1);
  }

  private static TrainedModel littleModel(Network network, Schemes scheme, long seed) {
    boolean residual = scheme.get().residualBits() != 0;
    Network read = residual ? Residuals.requantized(network) : network;
    return RandomModel.of(kernels, read, scheme.get(), seed);
  }

  private static long[] seeds() {
    return LongStream.range(0, 12).toArray();
  }

  /** Without dot-product instructions x86 kernels saturate sums of two products at 16 bits. */
  private static void assumeExactIntegerKernels() throws IOException {
    Path cpu = Path.of("/proc/cpuinfo");
    assumeTrue(
        !System.getProperty("os.arch").equals("amd64")
            || (Files.exists(cpu) && Files.readString(cpu).contains("vnni")));
  }
}
