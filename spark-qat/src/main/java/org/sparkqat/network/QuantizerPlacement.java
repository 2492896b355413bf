package org.sparkqat.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

/**
 * Puts the quantizers of a scheme into a block graph: its defaults, its first/last exception and
 * its rules, in this order.
 */
final class QuantizerPlacement {

  private final BlockGraph graph;
  private final QuantizationScheme scheme;
  private final List<Block> ends;
  private final Set<Integer> residual;
  private int slots;

  QuantizerPlacement(BlockGraph graph, QuantizationScheme scheme) {
    this.graph = graph;
    this.scheme = scheme;
    this.ends = graph.weightedEnds();
    this.residual = Residuals.of(graph);
    requireMatches();
  }

  QuantizedGraph run() {
    Optional<QuantizationPoint> input =
        point(
            Network.INPUT,
            Set.of(Network.INPUT),
            BlockGraph.INPUT,
            graph.network().inputShape(),
            ActivationRange::atInput);
    List<Optional<WeightQuantizer>> weights = new ArrayList<>();
    List<Optional<QuantizationPoint>> outputs = new ArrayList<>();
    int real = graph.sourceOfCodes(graph.output().index());
    for (Block block : graph.blocks()) {
      weights.add(block.isWeighted() ? weightsOf(block) : Optional.empty());
      outputs.add(
          block.passesCodes() || block.index() == real
              ? Optional.empty()
              : point(
                  block.name(),
                  BlockTypes.of(block),
                  block.index(),
                  block.outputShape(),
                  behind(block)));
    }
    List<Optional<WeightPoint>> learned = new ArrayList<>();
    for (Block block : graph.blocks()) {
      learned.add(
          weights
              .get(block.index())
              .filter(quantizer -> quantizer.range().isLearned())
              .map(quantizer -> weightPoint(block, quantizer)));
    }
    QuantizedGraph placed =
        new QuantizedGraph(graph, input, weights, outputs, learned, slots, scheme.integerTrue());
    if (scheme.integerTrue().isPresent()) {
      placed.requireIntegers();
    }
    return placed;
  }

  private UnaryOperator<ActivationRange> behind(Block block) {
    return activationBefore(block) == Activation.NONE
        ? ActivationRange::withoutRectifier
        : ActivationRange::behindRectifier;
  }

  /** The activation that limits a block's output: its own, or that of what it copies. */
  private Activation activationBefore(Block block) {
    int at = block.index();
    while (at != BlockGraph.INPUT && copies(graph.blocks().get(at))) {
      at = graph.blocks().get(at).inputs().get(0);
    }
    return at == BlockGraph.INPUT ? Activation.NONE : graph.blocks().get(at).activation();
  }

  private static boolean copies(Block block) {
    boolean same = block.passesCodes() || block.anchor().layer() instanceof Requantize;
    return same && block.activation() == Activation.NONE;
  }

  private WeightPoint weightPoint(Block block, WeightQuantizer quantizer) {
    boolean single = quantizer.granularity() == Granularity.PER_TENSOR;
    int count = single ? 1 : block.outputShape().channels();
    WeightPoint point = new WeightPoint(block.name(), block.index(), quantizer, slots, count);
    slots += count;
    return point;
  }

  private Optional<WeightQuantizer> weightsOf(Block block) {
    boolean exception = scheme.firstLastBits() != 0 && isFirstOrLast(block);
    Optional<WeightQuantizer> quantizer =
        Optional.of(scheme.weights())
            .map(by -> exception ? by.withBits(scheme.firstLastBits()) : by);
    Set<String> types = BlockTypes.of(block);
    for (QuantizationRule rule : scheme.rules()) {
      if (rule.selects(block.name(), types)) {
        quantizer = rule.weightsAfter(quantizer);
      }
    }
    return quantizer;
  }

  private Optional<QuantizationPoint> point(
      String name,
      Set<String> types,
      int index,
      Shape shape,
      UnaryOperator<ActivationRange> place) {
    int bits = exceptionalBits(index);
    Optional<ActivationQuantizer> quantizer =
        Optional.of(scheme.activations()).map(by -> bits == 0 ? by : by.withBits(bits));
    for (QuantizationRule rule : scheme.rules()) {
      if (rule.selects(name, types)) {
        quantizer = rule.activationsAfter(quantizer);
      }
    }
    return quantizer
        .map(by -> by.withRange(place.apply(by.range())))
        .map(by -> point(name, by, shape));
  }

  private QuantizationPoint point(String name, ActivationQuantizer quantizer, Shape shape) {
    int count = quantizer.granularity() == Granularity.PER_TENSOR ? 1 : shape.channels();
    QuantizationPoint point = new QuantizationPoint(name, quantizer, slots, count);
    slots += count;
    return point;
  }

  /** Bits of a tensor that rules for all layers do not decide; 0: they do. */
  private int exceptionalBits(int index) {
    int ofEnds = feedsFirstOrLast(index) ? scheme.firstLastBits() : 0;
    int ofSums = residual.contains(index) ? scheme.residualBits() : 0;
    return Math.max(ofEnds, ofSums);
  }

  private boolean isFirstOrLast(Block block) {
    return ends.stream().anyMatch(end -> end.index() == block.index());
  }

  private boolean feedsFirstOrLast(int index) {
    return ends.stream().anyMatch(block -> graph.sourceOfCodes(block.inputs().get(0)) == index);
  }

  private void requireMatches() {
    for (QuantizationRule rule : scheme.rules()) {
      boolean matched =
          rule.selects(Network.INPUT, Set.of(Network.INPUT))
              || graph.blocks().stream()
                  .anyMatch(block -> rule.selects(block.name(), BlockTypes.of(block)));
      if (!matched) {
        throw new IllegalArgumentException(
            "Invalid match of a rule for layers: '%s'%s (no such layer; allowed: input, %s)"
                .formatted(
                    rule.match(),
                    rule.type().map(type -> " of type '" + type + "'").orElse(""),
                    String.join(", ", graph.blocks().stream().map(Block::name).toList())));
      }
    }
  }
}
