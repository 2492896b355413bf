package org.sparkqat.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.tensor.Shape;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class NetworkDescriptionTest {

  private static final Shape IMAGE = new Shape(3, 32, 32);

  static List<Network> zoo() {
    return ZooNetworks.all().toList();
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void aWrittenNetworkIsReadBackTheSame(Network network) {
    List<Map<String, Object>> description = NetworkDescription.write(network);

    Network back = NetworkDescription.read(network.name(), network.inputShape(), description);

    assertThat(back.nodes()).isEqualTo(network.nodes());
    assertThat(back.parameters().parameters()).isEqualTo(network.parameters().parameters());
    assertThat(back.statistics().parameters()).isEqualTo(network.statistics().parameters());
    assertThat(NetworkDescription.write(back)).isEqualTo(description);
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void aWrittenNetworkSurvivesYaml(Network network) {
    List<Map<String, Object>> description = NetworkDescription.write(network);

    assertThat(yaml(new Yaml().dump(description))).isEqualTo(description);
  }

  @Test
  void settingsHaveDefaults() {
    Network network =
        read(
            """
            - {name: conv1, type: convolution, outputs: 6, kernel: 3}
            - {name: bn1, type: batch-normalization}
            - {name: relu1, type: relu6}
            - {name: pool1, type: max-pool, kernel: [2, 3]}
            - {name: drop1, type: dropout}
            - {name: pool2, type: average-pool, kernel: 2, stride: 1}
            - {name: pool3, type: global-average-pool}
            - {name: flat, type: flatten}
            - {name: fc, type: fully-connected, outputs: 10}
            """);

    assertThat(network.nodes().stream().map(Node::layer))
        .containsExactly(
            new Layer.Convolution(6, Window.square(3, 1, 0), 1, Bias.WITH),
            new Layer.BatchNormalization(1e-5f, 0.1f),
            new Layer.Relu6(),
            new Layer.MaxPool(new Window(2, 3, 2, 3, 0, 0)),
            new Layer.Dropout(0.5f),
            new Layer.AveragePool(Window.square(2, 1, 0)),
            new Layer.GlobalAveragePool(),
            new Layer.Flatten(),
            new Layer.FullyConnected(10, Bias.WITH));
  }

  @Test
  void everySettingIsRead() {
    Network network =
        read(
            """
            - {name: a, type: convolution, outputs: 6, kernel: [3, 5], stride: [1, 2], padding: [1, 2], groups: 3, bias: false}
            - {name: b, type: batch-normalization, epsilon: 0.001, momentum: 1}
            - {name: c, type: relu, inputs: [a]}
            - {name: d, type: add, inputs: [b, c]}
            - {name: e, type: dropout, rate: 0.25}
            """);

    assertThat(network.node("a").layer())
        .isEqualTo(new Layer.Convolution(6, new Window(3, 5, 1, 2, 1, 2), 3, Bias.WITHOUT));
    assertThat(network.node("b").layer()).isEqualTo(new Layer.BatchNormalization(0.001f, 1f));
    assertThat(network.node("c").inputs()).containsExactly("a");
    assertThat(network.node("d").inputs()).containsExactly("b", "c");
    assertThat(network.node("e").layer()).isEqualTo(new Layer.Dropout(0.25f));
  }

  @Test
  void activationFunctionsJoinsAndGatesAreReadAndWritten() {
    Network network =
        read(
            """
            - {name: a, type: sigmoid}
            - {name: b, type: tanh}
            - {name: c, type: hard-sigmoid}
            - {name: d, type: hard-swish}
            - {name: e, type: silu}
            - {name: f, type: concatenate, inputs: [a, e, a]}
            - {name: g, type: global-average-pool}
            - {name: h, type: multiply, inputs: [f, g]}
            - {name: i, type: requantize}
            """);

    assertThat(network.nodes().stream().map(Node::layer))
        .containsExactly(
            ActivationFunction.SIGMOID,
            ActivationFunction.TANH,
            ActivationFunction.HARD_SIGMOID,
            ActivationFunction.HARD_SWISH,
            ActivationFunction.SILU,
            new Concatenate(),
            new Layer.GlobalAveragePool(),
            new Multiply(),
            new Requantize());
    assertThat(network.node("f").inputs()).containsExactly("a", "e", "a");
    assertThat(network.output().shape()).isEqualTo(new Shape(9, 32, 32));
    assertReadBack(network);
  }

  @Test
  void aSqueezeExciteBlockStandsForItsLayers() {
    Network network =
        read(
            """
            - {name: conv, type: convolution, outputs: 10, kernel: 3}
            - {name: se1, type: squeeze-excite}
            - {name: se2, type: squeeze-excite, reduction: 3, gate: hard-sigmoid, inputs: [conv]}
            - {name: sum, type: add, inputs: [se1, se2]}
            - {name: se3, type: squeeze-excite, reduction: 100}
            """);

    assertThat(network.nodes().subList(1, 8))
        .extracting(node -> node.name() + " " + node.inputs() + " " + node.shape())
        .containsExactly(
            "se1.pool [conv] [10, 1, 1]",
            "se1.flatten [se1.pool] [10]",
            "se1.fc1 [se1.flatten] [2]",
            "se1.relu [se1.fc1] [2]",
            "se1.fc2 [se1.relu] [10]",
            "se1.gate [se1.fc2] [10]",
            "se1 [conv, se1.gate] [10, 30, 30]");
    assertThat(network.node("se1.gate").layer()).isEqualTo(ActivationFunction.SIGMOID);
    assertThat(network.node("se2.gate").layer()).isEqualTo(ActivationFunction.HARD_SIGMOID);
    assertThat(network.node("se2.fc1").shape()).isEqualTo(new Shape(3));
    assertThat(network.node("se3.fc1").shape()).isEqualTo(new Shape(1));
    assertReadBack(network);
  }

  private static void assertReadBack(Network network) {
    List<Map<String, Object>> description = NetworkDescription.write(network);
    assertThat(yaml(new Yaml().dump(description))).isEqualTo(description);
    assertThat(NetworkDescription.read("net", IMAGE, description).nodes())
        .isEqualTo(network.nodes());
  }

  @Test
  void aSquareWindowIsWrittenAsOneNumberAndARectangleAsTwo() {
    Network network =
        Network.builder("net", IMAGE)
            .add("a", new Layer.Convolution(6, new Window(3, 5, 1, 1, 1, 2), 1, Bias.WITHOUT))
            .add("b", new Layer.Add(), "a", "a")
            .build();

    assertThat(NetworkDescription.write(network))
        .containsExactly(
            Map.of(
                "name",
                "a",
                "type",
                "convolution",
                "outputs",
                6,
                "kernel",
                List.of(3, 5),
                "stride",
                1,
                "padding",
                List.of(1, 2),
                "groups",
                1,
                "bias",
                false),
            Map.of("name", "b", "type", "add", "inputs", List.of("a", "a")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {name: c, type: convolution, outputs: 6, kernels: 3} | Invalid key of layer 'c': 'kernels' (allowed: name, type, inputs, outputs, kernel, stride, padding, groups, bias)
          {name: c, type: conv, outputs: 6} | Invalid type of layer 'c': conv (allowed: convolution, fully-connected, batch-normalization, relu, relu6, max-pool, average-pool, global-average-pool, add, flatten, dropout, sigmoid, tanh, hard-sigmoid, hard-swish, silu, concatenate, multiply, requantize, squeeze-excite)
          {name: c} | Invalid type of layer 'c': null (allowed: convolution,
          {type: relu} | Invalid name of layer 1: null (every layer needs a name, e.g. conv1)
          {name: 7, type: relu} | Invalid name of layer 1: 7 (every layer needs a name, e.g. conv1)
          {name: 7a, type: relu} | Invalid layer name: '7a' (letters, digits, '_', '-', '.'; not 'input')
          {name: c, type: convolution, kernel: 3} | Invalid layer 'c': it has no outputs (allowed: an integer)
          {name: c, type: convolution, outputs: 6} | Invalid layer 'c': it has no kernel (allowed: an integer, or [height, width])
          {name: c, type: convolution, outputs: 0, kernel: 3} | Invalid outputs of layer 'c': 0 (allowed: an integer of at least 1)
          {name: c, type: convolution, outputs: many, kernel: 3} | Invalid outputs of layer 'c': many (allowed: an integer of at least 1)
          {name: c, type: convolution, outputs: 6, kernel: 3.5} | Invalid kernel of layer 'c': 3.5 (allowed: an integer of at least 1, or [height, width])
          {name: c, type: convolution, outputs: 6, kernel: [3]} | Invalid kernel of layer 'c': [3] (allowed: an integer, or [height, width])
          {name: c, type: convolution, outputs: 6, kernel: [3, x]} | Invalid kernel of layer 'c': x (allowed: an integer of at least 1, or [height, width])
          {name: c, type: convolution, outputs: 6, kernel: 3, padding: 3} | Invalid padding of layer 'c': [3, 3] (must be less than the kernel)
          {name: c, type: convolution, outputs: 6, kernel: 3, stride: -1} | Invalid stride of layer 'c': -1 (allowed: an integer of at least 1, or [height, width])
          {name: c, type: convolution, outputs: 6, kernel: 3, bias: 1} | Invalid bias of layer 'c': 1 (allowed: true or false)
          {name: c, type: convolution, outputs: 7, kernel: 3, groups: 3} | Invalid outputs of layer 'c': 7 (must be a multiple of groups 3)
          {name: c, type: convolution, outputs: 6, kernel: 3, groups: 2} | Invalid layer 'c': cannot take the output of 'input' with shape [3, 32, 32]: input channels 3 are not a multiple of groups 2
          {name: c, type: batch-normalization, epsilon: 0} | Invalid epsilon of layer 'c': 0.0 (allowed: above 0, below 1)
          {name: c, type: batch-normalization, momentum: often} | Invalid momentum of layer 'c': often (allowed: a number)
          {name: c, type: dropout, rate: 1.0} | Invalid rate of layer 'c': 1.0 (allowed: 0 up to below 1)
          {name: c, type: relu, inputs: input} | Invalid inputs of layer 'c': input (allowed: a list of layer names)
          {name: c, type: relu, inputs: [1]} | Invalid inputs of layer 'c': [1] (allowed: a list of layer names)
          {name: c, type: relu, inputs: []} | Invalid inputs of layer 'c': [] (allowed: a list of layer names)
          {name: c, type: relu, inputs: [d]} | Invalid input of layer 'c': 'd' (allowed, being before it: [])
          {name: c, type: add} | Invalid inputs of layer 'c': [input] (it takes 2)
          {name: c, type: concatenate} | Invalid inputs of layer 'c': [input] (it takes at least 2)
          {name: c, type: multiply} | Invalid inputs of layer 'c': [input] (it takes 2)
          {name: c, type: silu, alpha: 1} | Invalid key of layer 'c': 'alpha' (allowed: name, type, inputs)
          {name: c, type: squeeze-excite, ratio: 4} | Invalid key of layer 'c': 'ratio' (allowed: name, type, inputs, reduction, gate)
          {name: c, type: squeeze-excite, reduction: 0} | Invalid reduction of layer 'c': 0 (allowed: an integer of at least 1)
          {name: c, type: squeeze-excite, gate: tanh} | Invalid gate of layer 'c': tanh (allowed: sigmoid, hard-sigmoid)
          {name: c, type: squeeze-excite, inputs: [input, input]} | Invalid inputs of layer 'c': [input, input] (it takes 1)
          {name: c, type: squeeze-excite, inputs: [d]} | Invalid input of layer 'c.pool': 'd' (allowed, being before it: [])
          """)
  void aWrongDescriptionIsRefusedWithLayerKeyAndValue(String layer, String message) {
    assertThatThrownBy(() -> read("- " + layer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aKeyWithoutValueIsRefused() {
    Map<String, Object> layer = new LinkedHashMap<>(Map.of("name", "c", "type", "max-pool"));
    layer.put("kernel", null);

    assertThatThrownBy(() -> NetworkDescription.read("net", IMAGE, List.of(layer)))
        .hasMessage(
            "Invalid kernel of layer 'c': null (allowed: an integer of at least 1, or [height, width])");
  }

  @Test
  void noLayersAreRefused() {
    assertThatThrownBy(() -> NetworkDescription.read("net", IMAGE, new ArrayList<>()))
        .hasMessage("Invalid network 'net': it has no layers");
  }

  private static Network read(String text) {
    return NetworkDescription.read("net", IMAGE, yaml(text));
  }

  private static List<Map<String, Object>> yaml(String text) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
  }
}
