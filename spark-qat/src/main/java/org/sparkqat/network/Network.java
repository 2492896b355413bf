package org.sparkqat.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;

/**
 * A directed acyclic graph of named layers in the order of their execution, without weights. Its
 * shapes are inferred and checked when it is built; the last node is its output.
 */
public final class Network {

  /** Name of the network's input. */
  public static final String INPUT = "input";

  private final String name;
  private final Shape inputShape;
  private final Map<String, Node> nodes;
  private final ParameterLayout parameters;
  private final ParameterLayout statistics;

  private Network(
      String name,
      Shape inputShape,
      Map<String, Node> nodes,
      ParameterLayout parameters,
      ParameterLayout statistics) {
    this.name = name;
    this.inputShape = inputShape;
    this.nodes = nodes;
    this.parameters = parameters;
    this.statistics = statistics;
  }

  public static Builder builder(String name, Shape inputShape) {
    return new Builder(name, inputShape);
  }

  public String name() {
    return name;
  }

  public Shape inputShape() {
    return inputShape;
  }

  /** All nodes, each after the nodes that it reads. */
  public List<Node> nodes() {
    return List.copyOf(nodes.values());
  }

  public Node node(String node) {
    Node found = nodes.get(node);
    if (found == null) {
      throw new IllegalArgumentException(
          "Invalid layer: '" + node + "' (allowed: " + nodes.keySet() + ")");
    }
    return found;
  }

  /** Shape of a node's output, or of the input. */
  public Shape shapeOf(String node) {
    return node.equals(INPUT) ? inputShape : node(node).shape();
  }

  public Node output() {
    List<Node> all = nodes();
    return all.get(all.size() - 1);
  }

  /** Trained parameters in one flat array. */
  public ParameterLayout parameters() {
    return parameters;
  }

  /** Running mean and variance of each batch normalization, in one flat array. */
  public ParameterLayout statistics() {
    return statistics;
  }

  /** Adds layers one after the other; each reads the one before unless told otherwise. */
  public static final class Builder {

    private final String name;
    private final Shape inputShape;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final ParameterLayout.Builder parameters = ParameterLayout.builder();
    private final ParameterLayout.Builder statistics = ParameterLayout.builder();
    private String last = INPUT;

    private Builder(String name, Shape inputShape) {
      this.name = name;
      this.inputShape = inputShape;
    }

    /** Name of the layer that was added last. */
    public String last() {
      return last;
    }

    /**
     * Adds a layer that reads the given nodes, or the one before when none is given.
     *
     * @throws IllegalArgumentException naming both layers when the shapes do not fit
     */
    public Builder add(String node, Layer layer, String... inputs) {
      List<String> sources = inputs.length == 0 ? List.of(last) : List.of(inputs);
      requireName(node);
      requireCount(node, layer, sources);
      List<Shape> shapes = new ArrayList<>();
      for (String source : sources) {
        shapes.add(shapeOf(node, source));
      }
      Shape shape = outputShape(node, layer, sources, shapes);
      layer.declareParameters(node, shapes, parameters);
      if (layer instanceof Layer.BatchNormalization) {
        Shape channels = new Shape(shape.channels());
        statistics.add(node + ".mean", Parameter.Kind.RUNNING_MEAN, channels);
        statistics.add(node + ".variance", Parameter.Kind.RUNNING_VARIANCE, channels);
      }
      nodes.put(node, new Node(node, layer, sources, shape));
      last = node;
      return this;
    }

    public Network build() {
      if (nodes.isEmpty()) {
        throw new IllegalArgumentException("Invalid network '" + name + "': it has no layers");
      }
      requireUsed();
      return new Network(
          name, inputShape, new LinkedHashMap<>(nodes), parameters.build(), statistics.build());
    }

    private void requireName(String node) {
      if (!node.matches("[A-Za-z_][A-Za-z0-9_.-]*") || node.equals(INPUT)) {
        throw new IllegalArgumentException(
            "Invalid layer name: '" + node + "' (letters, digits, '_', '-', '.'; not 'input')");
      }
      if (nodes.containsKey(node)) {
        throw new IllegalArgumentException("Invalid layer name: '" + node + "' (used twice)");
      }
    }

    private static void requireCount(String node, Layer layer, List<String> sources) {
      int more = sources.size() - layer.arity();
      if (more < 0 || (more > 0 && !layer.takesMore())) {
        throw new IllegalArgumentException(
            "Invalid inputs of layer '%s': %s (it takes %s%d)"
                .formatted(node, sources, layer.takesMore() ? "at least " : "", layer.arity()));
      }
    }

    /** Shape of what a layer reads. */
    Shape shapeOf(String node, String source) {
      if (source.equals(INPUT)) {
        return inputShape;
      }
      Node found = nodes.get(source);
      if (found == null) {
        throw new IllegalArgumentException(
            "Invalid input of layer '%s': '%s' (allowed, being before it: %s)"
                .formatted(node, source, nodes.keySet()));
      }
      return found.shape();
    }

    private static Shape outputShape(
        String node, Layer layer, List<String> sources, List<Shape> shapes) {
      try {
        return layer.outputShape(shapes);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "Invalid layer '%s': cannot take the output of %s with shape %s: %s"
                .formatted(
                    node,
                    String.join(" and ", sources.stream().map(s -> "'" + s + "'").toList()),
                    String.join(" and ", shapes.stream().map(Shape::toString).toList()),
                    e.getMessage()),
            e);
      }
    }

    private void requireUsed() {
      for (Node node : nodes.values()) {
        boolean used = nodes.values().stream().anyMatch(n -> n.inputs().contains(node.name()));
        if (!used && !node.name().equals(last)) {
          throw new IllegalArgumentException(
              "Invalid network '%s': no layer reads '%s' (only the last layer is the output)"
                  .formatted(name, node.name()));
        }
      }
    }
  }
}
