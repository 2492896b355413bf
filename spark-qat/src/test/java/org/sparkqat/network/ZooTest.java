package org.sparkqat.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.tensor.Shape;

class ZooTest {

  @ParameterizedTest
  @CsvSource({
    // 784 * 1024 + 1024 + 1024 * 1024 + 1024 + 1024 * 10 + 10
    "mlp, 1863690, 0",
    // LeCun et al. 1998 with every map connected
    "lenet5, 61706, 0",
    // 269,722 of the variant without weights in its shortcuts (He et al. 2015), and two 1x1
    // convolutions with batch normalization: 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64
    "resnet20, 272474, 1568",
    // 853,018 of that variant, and the same two shortcuts
    "resnet56, 855770, 4256",
    // 9 * (3 * 128 + 128 * 128 + 128 * 256 + 256 * 256 + 256 * 512 + 512 * 512)
    // + 2 * 2 * (128 + 256 + 512) + 512 * 4 * 4 * 10 + 10
    "vgg-small, 4660106, 3584",
    // torchvision.models.mobilenet_v2(num_classes=10), whose shapes differ by strides only
    "mobilenetv2-cifar, 2236682, 34112",
  })
  void theNetworksHaveTheParametersOfTheLiterature(String name, int parameters, int statistics) {
    Network network = ZooNetworks.network(name);

    assertThat(network.parameters().size()).isEqualTo(parameters);
    assertThat(network.statistics().size()).isEqualTo(statistics);
    assertThat(network.name()).isEqualTo(name);
    assertThat(network.output().shape()).isEqualTo(new Shape(10));
  }

  @ParameterizedTest
  @CsvSource({
    "stage1.block3.relu, 16, 32",
    "stage2.block1.relu, 32, 16",
    "stage3.block3.relu, 64, 8"
  })
  void resnetHalvesItsImagesTwice(String node, int channels, int size) {
    assertThat(ZooNetworks.network("resnet20").shapeOf(node))
        .isEqualTo(new Shape(channels, size, size));
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 56})
  void resnetHasAsManyWeightedLayersAsItsNameSaysBesideItsShortcuts(int depth) {
    assertThat(
            ZooNetworks.network("resnet" + depth).nodes().stream()
                .filter(node -> node.layer().isWeighted() && !node.name().endsWith("shortcut")))
        .hasSize(depth);
  }

  @ParameterizedTest
  @CsvSource({"pool1, 128, 16", "pool2, 256, 8", "pool3, 512, 4"})
  void vggHalvesItsImagesThreeTimes(String node, int channels, int size) {
    assertThat(ZooNetworks.network("vgg-small").shapeOf(node))
        .isEqualTo(new Shape(channels, size, size));
  }

  @Test
  void lenetTakesImagesOfThirtyTwoPixelsWithoutPadding() {
    Network network = Zoo.network("lenet5", new Shape(3, 32, 32), 10);

    assertThat(network.shapeOf("conv1")).isEqualTo(new Shape(6, 28, 28));
    assertThat(ZooNetworks.network("lenet5").shapeOf("conv1")).isEqualTo(new Shape(6, 28, 28));
  }

  @Test
  void aPerceptronOfVectorsHasNothingToFlatten() {
    Network network = Zoo.network("mlp", new Shape(20), 1);

    assertThat(network.nodes().get(0).name()).isEqualTo("fc1");
    assertThat(network.output().shape()).isEqualTo(new Shape(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet5", "resnet20", "vgg-small", "mobilenetv2-cifar"})
  void aNetworkForImagesRefusesVectors(String name) {
    assertThatThrownBy(() -> Zoo.network(name, new Shape(784), 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot take the output of 'input' with shape [784]")
        .hasMessageContaining("expects an image [C, H, W], not [784]");
  }

  @Test
  void anUnknownNameIsRefusedWithTheKnownOnes() {
    assertThatThrownBy(() -> Zoo.network("alexnet", new Shape(3, 32, 32), 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid model.name: 'alexnet' (allowed: lenet5, mlp, mobilenetv2-cifar, resnet20,"
                + " resnet56, vgg-small)");
  }
}
