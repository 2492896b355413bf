package org.sparkqat.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;

class InitializationTest {

  private static final long SEED = 42;

  @ParameterizedTest
  @CsvSource({
    // network, weights, variance: 2 / fanIn when rectified, 2 / (fanIn + fanOut) otherwise
    "lenet5, conv2.weight, 0.0133333",
    "lenet5, fc1.weight, 0.005",
    "mlp, fc3.weight, 0.00193424",
    "resnet20, stage3.block2.conv1.weight, 0.00347222",
    "resnet20, stage3.block2.conv2.weight, 0.00347222",
    "resnet20, stage3.block1.shortcut.weight, 0.0625",
    "mobilenetv2-cifar, stage6.block1.depthwise.weight, 0.222222",
    "mobilenetv2-cifar, stage7.block1.project.weight, 0.0015625",
    "mobilenetv2-cifar, fc.weight, 0.00155039",
  })
  void weightsHaveTheVarianceOfHeOrGlorot(String name, String weights, double variance) {
    Network network = ZooNetworks.network(name);
    float[] values = Initialization.parameters(network, SEED);
    Parameter parameter = network.parameters().parameter(weights);

    double sum = 0;
    double squares = 0;
    for (int i = parameter.offset(); i < parameter.end(); i++) {
      sum += values[i];
      squares += (double) values[i] * values[i];
    }

    double tolerance = 6 / Math.sqrt(parameter.size());
    assertThat(squares / parameter.size() / variance).isCloseTo(1, within(tolerance));
    assertThat(sum / parameter.size() / Math.sqrt(variance)).isCloseTo(0, within(tolerance));
  }

  @ParameterizedTest
  @CsvSource({
    "HARD_SWISH, 0.02",
    "SILU, 0.02",
    "SIGMOID, 0.01",
    "TANH, 0.01",
    "HARD_SIGMOID, 0.01"
  })
  void weightsBeforeAnActivationFunctionHaveItsVariance(
      ActivationFunction function, double variance) {
    Network network =
        Network.builder("net", new Shape(100))
            .add("fc", new Layer.FullyConnected(100, Bias.WITH))
            .add("function", function)
            .add("relu", new Layer.Relu())
            .build();
    float[] values = Initialization.parameters(network, SEED);

    double squares = 0;
    for (float value : slice(values, network.parameters().parameter("fc.weight"))) {
      squares += (double) value * value;
    }
    assertThat(squares / 10_000 / variance).isCloseTo(1, within(0.06));
  }

  @Test
  void unrectifiedWeightsStayWithinTheLimitOfGlorot() {
    Network network = ZooNetworks.network("mlp");
    Parameter parameter = network.parameters().parameter("fc3.weight");
    float[] values = slice(Initialization.parameters(network, SEED), parameter);
    double limit = Math.sqrt(6 / (1024.0 + 10));

    for (float value : values) {
      assertThat((double) value).isBetween(-limit, limit);
    }
  }

  @Test
  void biasesAndShiftsStartAtZeroAndScalesAtOne() {
    Network network = ZooNetworks.network("resnet20");
    float[] values = Initialization.parameters(network, SEED);

    for (Parameter parameter : network.parameters().parameters()) {
      switch (parameter.kind()) {
        case BIAS, BATCH_NORM_SHIFT -> assertThat(slice(values, parameter)).containsOnly(0f);
        case BATCH_NORM_SCALE -> assertThat(slice(values, parameter)).containsOnly(1f);
        default -> assertThat(slice(values, parameter)).doesNotContain(0f);
      }
    }
  }

  @Test
  void statisticsStartAtMeanZeroAndVarianceOne() {
    Network network = ZooNetworks.network("resnet20");
    float[] values = Initialization.statistics(network);

    assertThat(slice(values, network.statistics().parameter("conv1.bn.mean"))).containsOnly(0f);
    assertThat(slice(values, network.statistics().parameter("conv1.bn.variance"))).containsOnly(1f);
  }

  @Test
  void aLayerStartsTheSameWhateverStandsBesideIt() {
    Layer.Convolution layer = new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITH);
    Shape input = new Shape(4, 8, 8);
    Network alone = Network.builder("alone", input).add("b", layer).build();
    Network second = Network.builder("second", input).add("a", layer).add("b", layer).build();
    ParameterLayout layout = second.parameters();

    float[] values = Initialization.parameters(second, SEED);

    assertThat(slice(values, layout.parameter("b.weight")))
        .isEqualTo(
            slice(Initialization.parameters(alone, SEED), alone.parameters().parameter("b.weight")))
        .isNotEqualTo(slice(values, layout.parameter("a.weight")));
  }

  @Test
  void theSeedDecidesTheValues() {
    Network network = ZooNetworks.network("lenet5");

    assertThat(Initialization.parameters(network, SEED))
        .isEqualTo(Initialization.parameters(network, SEED))
        .isNotEqualTo(Initialization.parameters(network, SEED + 1));
  }

  @Test
  void theValuesNeverChangeBetweenVersions() {
    float[] values = Initialization.parameters(ZooNetworks.network("lenet5"), SEED);

    assertThat(ParameterLayout.sha256(values))
        .isEqualTo("3bbd392cd18b9da8a8ae5e2deacddc398020a7d244b4ef7f182f6515f0aa4496");
  }

  private static float[] slice(float[] values, Parameter parameter) {
    return Arrays.copyOfRange(values, parameter.offset(), parameter.end());
  }
}
