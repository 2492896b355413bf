package org.sparkqat.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.tensor.Shape;

class BlockGraphTest {

  private final Network.Builder builder = Network.builder("net", new Shape(3, 8, 8));

  static List<Network> zoo() {
    return ZooNetworks.all().toList();
  }

  @ParameterizedTest
  @CsvSource({
    "mlp, 4, 2, 0",
    "lenet5, 8, 4, 0",
    "resnet20, 33, 19, 21",
    "resnet56, 87, 55, 57",
    "vgg-small, 11, 6, 6",
    "mobilenetv2-cifar, 65, 35, 52"
  })
  void theNetworksOfTheZooAreJoined(String name, int blocks, int activations, int normalizations) {
    BlockGraph graph = BlockGraph.of(ZooNetworks.network(name));

    assertThat(graph.blocks()).hasSize(blocks);
    assertThat(graph.blocks().stream().filter(b -> b.activation() != Activation.NONE))
        .hasSize(activations);
    assertThat(graph.blocks().stream().filter(b -> b.normalization().isPresent()))
        .hasSize(normalizations)
        .allMatch(Block::isWeighted);
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void noLayerOfTheZooIsLostOrStandsAlone(Network network) {
    Set<String> layers = new HashSet<>();
    for (Block block : BlockGraph.of(network).blocks()) {
      layers.add(block.name());
      block.normalization().ifPresent(node -> layers.add(node.name()));
      layers.add(block.last());
      assertThat(block.anchor().layer().activation()).isEqualTo(Activation.NONE);
      assertThat(block.anchor().layer()).isNotInstanceOf(Layer.BatchNormalization.class);
    }

    assertThat(network.nodes()).extracting(Node::name).allMatch(layers::contains);
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void blocksStandInTheOrderOfTheirExecution(Network network) {
    List<Block> blocks = BlockGraph.of(network).blocks();
    for (Block block : blocks) {
      assertThat(blocks.get(block.index())).isSameAs(block);
      assertThat(block.inputs()).allMatch(input -> input < block.index());
      assertThat(block.outputShape()).isEqualTo(network.shapeOf(block.last()));
      int first = block.inputs().get(0);
      assertThat(block.inputShape())
          .isEqualTo(
              first == BlockGraph.INPUT ? network.inputShape() : blocks.get(first).outputShape());
    }
  }

  @Test
  void aResidualBlockJoinsTheActivationToItsSum() {
    List<Block> blocks = BlockGraph.of(ZooNetworks.network("resnet20")).blocks();
    Block sum = blocks.get(13);

    assertThat(sum.name()).isEqualTo("stage2.block1.add");
    assertThat(sum.activation()).isEqualTo(Activation.RELU);
    assertThat(sum.last()).isEqualTo("stage2.block1.relu");
    assertThat(sum.inputs()).containsExactly(11, 12);
    assertThat(blocks.get(11).name()).isEqualTo("stage2.block1.conv2");
    assertThat(blocks.get(11).activation()).isEqualTo(Activation.NONE);
    assertThat(blocks.get(12).name()).isEqualTo("stage2.block1.shortcut");
    assertThat(blocks.get(12).inputs()).containsExactly(9);
  }

  @Test
  void aBatchNormalizationAfterTwoReadersStandsAlone() {
    convolution("conv1");
    batchNormalization("bn1", "conv1");
    relu("relu1", "bn1");
    builder.add("sum", new Layer.Add(), "relu1", "conv1");

    expectBlocks("conv1", "bn1 + RELU", "sum");
    Block alone = graph().blocks().get(1);
    assertThat(alone.isWeighted()).isFalse();
    assertThat(alone.normalization()).isEmpty();
    assertThat(alone.batchNormalization()).map(Node::name).contains("bn1");
    assertThat(graph().blocks().get(2).inputs()).containsExactly(1, 0);
  }

  @Test
  void aBatchNormalizationOnTheInputStandsAloneAndTakesItsActivation() {
    batchNormalization("bn1", "input");
    relu("relu1", "bn1");
    convolution("conv1");

    expectBlocks("bn1 + RELU", "conv1");
    assertThat(graph().blocks().get(0).inputs()).containsExactly(BlockGraph.INPUT);
  }

  @Test
  void anActivationOnTheInputStandsAlone() {
    relu("relu1", "input");
    convolution("conv1");

    expectBlocks("relu1 + RELU", "conv1");
    assertThat(graph().blocks().get(0).passesCodes()).isFalse();
  }

  @Test
  void anActivationAfterFlattenStandsAlone() {
    convolution("conv1");
    builder.add("flatten", new Layer.Flatten());
    relu("relu1", "flatten");

    expectBlocks("conv1", "flatten", "relu1 + RELU");
    assertThat(graph().blocks().get(1).passesCodes()).isTrue();
    assertThat(graph().blocks().get(2).passesCodes()).isFalse();
  }

  @Test
  void anActivationFunctionStandsAloneAndTakesARectifier() {
    convolution("conv1");
    batchNormalization("bn1", "conv1");
    builder.add("swish", ActivationFunction.HARD_SWISH);
    relu("relu1", "swish");

    expectBlocks("conv1 + bn1", "swish + RELU");
    assertThat(graph().blocks().get(1).passesCodes()).isFalse();
  }

  @Test
  void aConcatenationAndAProductComputeNewValues() {
    convolution("conv1");
    builder.add("joined", new Concatenate(), "conv1", "input");
    builder.add("pool", new Layer.GlobalAveragePool());
    builder.add("scaled", new Multiply(), "joined", "pool");

    expectBlocks("conv1", "joined", "pool", "scaled");
    assertThat(graph().blocks().get(1).inputs()).containsExactly(0, BlockGraph.INPUT);
    assertThat(graph().blocks().get(3).inputs()).containsExactly(1, 2);
    assertThat(graph().blocks()).noneMatch(Block::passesCodes);
  }

  @Test
  void theSecondOfTwoActivationsStandsAlone() {
    convolution("conv1");
    relu("relu1", "conv1");
    builder.add("relu2", new Layer.Relu6());

    expectBlocks("conv1 + RELU", "relu2 + RELU6");
  }

  @Test
  void theSecondOfTwoBatchNormalizationsStandsAlone() {
    convolution("conv1");
    batchNormalization("bn1", "conv1");
    batchNormalization("bn2", "bn1");
    relu("relu1", "bn2");

    expectBlocks("conv1 + bn1", "bn2 + RELU");
  }

  @Test
  void aBatchNormalizationAfterAnActivationStandsAlone() {
    convolution("conv1");
    relu("relu1", "conv1");
    batchNormalization("bn1", "relu1");

    expectBlocks("conv1 + RELU", "bn1");
  }

  @Test
  void aPoolTakesAnActivationOnlyWhereItComputes() {
    builder.add("mean", new Layer.AveragePool(Window.square(2, 2, 0)));
    relu("relu1", "mean");
    builder.add("max", new Layer.MaxPool(Window.square(2, 2, 0)));
    relu("relu2", "max");

    expectBlocks("mean + RELU", "max", "relu2 + RELU");
  }

  @Test
  void aSumOfALayerWithItselfCountsAsTwoReaders() {
    convolution("conv1");
    builder.add("sum", new Layer.Add(), "conv1", "conv1");
    relu("relu1", "sum");

    expectBlocks("conv1", "sum + RELU");
    assertThat(graph().blocks().get(1).inputs()).containsExactly(0, 0);
  }

  @Test
  void anActivationOfOneOfTwoReadersStandsAlone() {
    convolution("conv1");
    relu("relu1", "conv1");
    builder.add("sum", new Layer.Add(), "relu1", "conv1");

    expectBlocks("conv1", "relu1 + RELU", "sum");
  }

  @Test
  void aJoinedLayerMayStandAfterOthers() {
    convolution("a");
    builder.add("b", new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITH), "input");
    batchNormalization("a.bn", "a");
    relu("a.relu", "a.bn");
    builder.add("sum", new Layer.Add(), "a.relu", "b");

    expectBlocks("a + a.bn + RELU", "b", "sum");
    assertThat(graph().output().inputs()).containsExactly(0, 1);
  }

  private void convolution(String name) {
    builder.add(name, new Layer.Convolution(6, Window.square(3, 1, 1), 1, Bias.WITH));
  }

  private void batchNormalization(String name, String input) {
    builder.add(name, Layer.BatchNormalization.DEFAULT, input);
  }

  private void relu(String name, String input) {
    builder.add(name, new Layer.Relu(), input);
  }

  private BlockGraph graph() {
    return BlockGraph.of(builder.build());
  }

  /** Blocks as {@code anchor + normalization + ACTIVATION}. */
  private void expectBlocks(String... expected) {
    assertThat(graph().blocks())
        .extracting(
            block ->
                block.name()
                    + block.normalization().map(node -> " + " + node.name()).orElse("")
                    + (block.activation() == Activation.NONE ? "" : " + " + block.activation()))
        .containsExactly(expected);
  }
}
