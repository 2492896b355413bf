package org.sparkqat.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

/**
 * A block graph with its quantizers in place: one at the network's input, one at the weights of
 * each weighted block, one at the output of each block that computes new values, except the last of
 * them: the network's output stays real, also when it only passes through the last blocks.
 *
 * @param weights quantizer of each block's weights, empty for blocks without
 * @param outputs quantization point of each block's output, empty where the codes of the input pass
 *     through and at the last block that computes
 * @param slots length of the network's {@link org.sparkqat.quantization.Ranges}
 */
public record QuantizedGraph(
    BlockGraph graph,
    QuantizationPoint input,
    List<Optional<WeightQuantizer>> weights,
    List<Optional<QuantizationPoint>> outputs,
    int slots) {

  public QuantizedGraph {
    weights = List.copyOf(weights);
    outputs = List.copyOf(outputs);
  }

  public static QuantizedGraph of(BlockGraph graph, QuantizationScheme scheme) {
    return new Placement(graph, scheme).run();
  }

  /** All quantization points in the order of their slots. */
  public List<QuantizationPoint> points() {
    List<QuantizationPoint> points = new ArrayList<>();
    points.add(input);
    outputs.forEach(output -> output.ifPresent(points::add));
    return points;
  }

  /** True when the output of a block is no codes: the network's output, and what passes it on. */
  public boolean staysReal(int block) {
    int source = graph.sourceOfCodes(block);
    return source != BlockGraph.INPUT && outputs.get(source).isEmpty();
  }

  /**
   * The quantization point whose codes the output of a block holds.
   *
   * @param block index of the block, {@link BlockGraph#INPUT} for the network's input
   * @throws IllegalArgumentException when the output {@link #staysReal}
   */
  public QuantizationPoint pointOf(int block) {
    int source = graph.sourceOfCodes(block);
    if (source == BlockGraph.INPUT) {
      return input;
    }
    return outputs
        .get(source)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid block: '%s' (its output is not quantized)"
                        .formatted(graph.blocks().get(block).name())));
  }

  /** Applies a scheme's defaults, its first/last exception and its rules, in this order. */
  private static final class Placement {

    private final BlockGraph graph;
    private final QuantizationScheme scheme;
    private final List<Block> weighted;
    private int slots;

    Placement(BlockGraph graph, QuantizationScheme scheme) {
      this.graph = graph;
      this.scheme = scheme;
      this.weighted = graph.blocks().stream().filter(Block::isWeighted).toList();
      requireMatches();
    }

    QuantizedGraph run() {
      QuantizationPoint input =
          point(Network.INPUT, BlockGraph.INPUT, graph.network().inputShape());
      List<Optional<WeightQuantizer>> weights = new ArrayList<>();
      List<Optional<QuantizationPoint>> outputs = new ArrayList<>();
      int real = graph.sourceOfCodes(graph.output().index());
      for (Block block : graph.blocks()) {
        weights.add(block.isWeighted() ? Optional.of(weightsOf(block)) : Optional.empty());
        outputs.add(
            block.passesCodes() || block.index() == real
                ? Optional.empty()
                : Optional.of(point(block.name(), block.index(), block.outputShape())));
      }
      return new QuantizedGraph(graph, input, weights, outputs, slots);
    }

    private WeightQuantizer weightsOf(Block block) {
      WeightQuantizer quantizer = scheme.weights();
      if (scheme.firstLastBits() != 0 && isFirstOrLast(block)) {
        quantizer = quantizer.withBits(scheme.firstLastBits());
      }
      for (QuantizationRule rule : scheme.rules()) {
        if (rule.matches(block.name())) {
          quantizer = rule.weights().orElse(quantizer);
        }
      }
      return quantizer;
    }

    private QuantizationPoint point(String name, int index, Shape shape) {
      ActivationQuantizer quantizer = scheme.activations();
      if (scheme.firstLastBits() != 0 && feedsFirstOrLast(index)) {
        quantizer = quantizer.withBits(scheme.firstLastBits());
      }
      for (QuantizationRule rule : scheme.rules()) {
        if (rule.matches(name)) {
          quantizer = rule.activations().orElse(quantizer);
        }
      }
      int count = quantizer.granularity() == Granularity.PER_TENSOR ? 1 : shape.channels();
      QuantizationPoint point = new QuantizationPoint(name, quantizer, slots, count);
      slots += count;
      return point;
    }

    private boolean isFirstOrLast(Block block) {
      return block.index() == weighted.get(0).index()
          || block.index() == weighted.get(weighted.size() - 1).index();
    }

    private boolean feedsFirstOrLast(int index) {
      return weighted.stream()
          .filter(this::isFirstOrLast)
          .anyMatch(block -> graph.sourceOfCodes(block.inputs().get(0)) == index);
    }

    private void requireMatches() {
      for (QuantizationRule rule : scheme.rules()) {
        boolean matched =
            rule.matches(Network.INPUT)
                || graph.blocks().stream().anyMatch(block -> rule.matches(block.name()));
        if (!matched) {
          throw new IllegalArgumentException(
              "Invalid quantization.layers match: '%s' (no such layer; allowed: input, %s)"
                  .formatted(
                      rule.match(),
                      String.join(", ", graph.blocks().stream().map(Block::name).toList())));
        }
      }
    }
  }
}
