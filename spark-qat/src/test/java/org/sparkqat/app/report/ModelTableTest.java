package org.sparkqat.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

class ModelTableTest {

  private static ModelTable table(Network network, QuantizationScheme scheme) {
    return ModelTable.of(QuantizedGraph.of(BlockGraph.of(network), scheme));
  }

  @ParameterizedTest
  @CsvSource({"lenet5,1,28", "mlp,1,28", "resnet20,3,32", "mobilenetv2-cifar,3,32"})
  void everyParameterIsCountedOnce(String name, int channels, int size) {
    Network network = Zoo.network(name, new Shape(channels, size, size), 10);
    ModelTable table = table(network, QuantizationScheme.W8A8);
    assertThat(table.parameters()).isEqualTo(network.parameters().size());
    assertThat(table.floatBytes())
        .isEqualTo(4L * (network.parameters().size() + network.statistics().size()));
  }

  @Test
  void aQuantizedLayerHasCodesBiasesAndScales() {
    Network network = Zoo.network("lenet5", new Shape(1, 28, 28), 10);
    QuantizationRule rule =
        new QuantizationRule(
            "conv2", Optional.of(WeightQuantizer.DEFAULT.withBits(3)), Optional.empty());
    QuantizationScheme scheme =
        new QuantizationScheme(
            QuantizationScheme.W8A8.weights(),
            QuantizationScheme.W8A8.activations(),
            0,
            List.of(rule));
    List<BlockRow> rows = table(network, scheme).rows();
    BlockRow conv1 = rows.get(1);
    BlockRow conv2 = rows.get(3);
    assertThat(conv1.quantizedBytes()).isEqualTo(150 + 4 * 6 + 4 * 6);
    assertThat(conv2.quantizedBytes()).isEqualTo((2400 * 3) / 8 + 4 * 16 + 4 * 16);
    assertThat(conv2.weightText()).isEqualTo("int3 symmetric narrow per-channel");
  }

  @Test
  void aFoldedBlockSaysWhatIsJoinedToIt() {
    Network network = Zoo.network("mobilenetv2-cifar", new Shape(3, 32, 32), 10);
    assertThat(table(network, QuantizationScheme.W8A8).text())
        .contains("depthwise convolution 3x3 + batch norm + relu6");
  }

  @Test
  void integerTrueArithmeticIsNamed() {
    Network network = Zoo.network("mlp", new Shape(1, 28, 28), 10);
    QuantizationScheme rounded =
        QuantizationScheme.W8A8.integerTrue(Optional.of(Rounding.FIXED_POINT_DOUBLE));
    assertThat(table(network, rounded).text())
        .endsWith("Evaluation rounds as integers alone: fixed-point-double\n");
    assertThat(table(network, rounded).json()).contains("\"fixed-point-double\"");
    assertThat(table(network, QuantizationScheme.W8A8).text()).doesNotContain("integers alone");
  }

  @Test
  void anActivationFunctionIsCalledAsInADescription() {
    Network network =
        Network.builder("net", new Shape(4)).add("swish", ActivationFunction.HARD_SWISH).build();
    assertThat(table(network, QuantizationScheme.W8A8).rows().get(1).type())
        .isEqualTo("hard-swish");
  }

  @Test
  void sizesAreReadable() {
    assertThat(ModelTable.bytes(0)).isEmpty();
    assertThat(ModelTable.bytes(1023)).isEqualTo("1023 B");
    assertThat(ModelTable.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(ModelTable.bytes(3 << 20)).isEqualTo("3.00 MiB");
  }
}
