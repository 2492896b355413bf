package org.sparkqat.network;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

/**
 * A block graph with its quantizers in place: one at the network's input, one at the weights of
 * each weighted block, one at the output of each block that computes new values, except the last of
 * them: the network's output stays real, also when it only passes through the last blocks. Rules
 * may keep any of them real (float islands).
 *
 * @param input quantization point of the network's input, empty where it stays real
 * @param weights quantizer of each block's weights, empty for blocks without, and where they stay
 *     real
 * @param outputs quantization point of each block's output, empty where the codes of the input pass
 *     through, at the last block that computes, and where it stays real
 * @param learnedWeights where the range of each block's weights is, empty where none is learned
 * @param slots length of the network's {@link org.sparkqat.quantization.Ranges}: those of the
 *     activations, then those of the weights
 * @param integerTrue the integer-only rounding that quantized values have, as {@link
 *     QuantizationScheme#integerTrue}
 */
public record QuantizedGraph(
    BlockGraph graph,
    Optional<QuantizationPoint> input,
    List<Optional<WeightQuantizer>> weights,
    List<Optional<QuantizationPoint>> outputs,
    List<Optional<WeightPoint>> learnedWeights,
    int slots,
    Optional<Rounding> integerTrue) {

  public QuantizedGraph {
    weights = List.copyOf(weights);
    outputs = List.copyOf(outputs);
    learnedWeights = List.copyOf(learnedWeights);
  }

  public static QuantizedGraph of(BlockGraph graph, QuantizationScheme scheme) {
    return new Placement(graph, scheme).run();
  }

  /** All quantization points in the order of their slots. */
  public List<QuantizationPoint> points() {
    List<QuantizationPoint> points = new ArrayList<>();
    input.ifPresent(points::add);
    outputs.forEach(output -> output.ifPresent(points::add));
    return points;
  }

  /** All weights whose range is learned, in the order of their slots. */
  public List<WeightPoint> weightPoints() {
    return learnedWeights.stream().flatMap(Optional::stream).toList();
  }

  /** Slots of the activations, which come before those of weights. */
  public int activationSlots() {
    return points().stream().mapToInt(QuantizationPoint::slots).sum();
  }

  /** True when a range is learned. */
  public boolean learnsRanges() {
    return !weightPoints().isEmpty()
        || points().stream().anyMatch(point -> point.quantizer().range().isLearned());
  }

  /**
   * True when the output of a block is no codes: the network's output, float islands, and what
   * passes them on.
   */
  public boolean staysReal(int block) {
    return source(block).isEmpty();
  }

  private Optional<QuantizationPoint> source(int block) {
    int source = graph.sourceOfCodes(block);
    return source == BlockGraph.INPUT ? input : outputs.get(source);
  }

  /** The first layer of which a rule keeps weights or output real; empty: there is none. */
  public Optional<String> firstIsland() {
    Stream<String> blocks =
        graph.blocks().stream().filter(block -> !realParts(block).isEmpty()).map(Block::name);
    return Stream.concat(input.isPresent() ? Stream.empty() : Stream.of(Network.INPUT), blocks)
        .findFirst();
  }

  /** Why integers alone cannot compute the network, whatever its numbers; empty: they may. */
  public Optional<String> obstacleToIntegers() {
    Optional<String> island = firstIsland();
    if (island.isPresent()) {
      return island.map(name -> "layer '" + name + "' stays float");
    }
    Optional<String> channels =
        points().stream()
            .filter(point -> !point.quantizer().hasOneScale())
            .findFirst()
            .map(
                point ->
                    "the activations of '%s' have a %s"
                        .formatted(
                            point.name(),
                            point.quantizer().range().isDynamic()
                                ? "dynamic range"
                                : "scale per channel"));
    return channels.isPresent()
        ? channels
        : graph.blocks().stream()
            .filter(block -> weights.get(block.index()).filter(QuantizedGraph::groups).isPresent())
            .findFirst()
            .map(block -> "the weights of '" + block.name() + "' have a scale per group");
  }

  private static boolean groups(WeightQuantizer quantizer) {
    return quantizer.granularity() == Granularity.PER_GROUP;
  }

  /**
   * Requires a network that integers alone can compute.
   *
   * @throws IllegalArgumentException with the {@link #obstacleToIntegers}
   */
  public void requireIntegers() {
    obstacleToIntegers()
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(
                  "Invalid network for integer-only arithmetic: %s (allowed: activations per tensor, weights per tensor or per channel, no float layers)"
                      .formatted(why));
            });
  }

  /** What of a block stays real by a rule; the network's output stays so by itself. */
  public Set<Part> realParts(Block block) {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    if (block.isWeighted() && weights.get(block.index()).isEmpty()) {
      parts.add(Part.WEIGHTS);
    }
    boolean isOutput = block.index() == graph.sourceOfCodes(graph.output().index());
    if (!block.passesCodes() && !isOutput && outputs.get(block.index()).isEmpty()) {
      parts.add(Part.ACTIVATIONS);
    }
    return parts;
  }

  /**
   * The quantization point whose codes the output of a block holds.
   *
   * @param block index of the block, {@link BlockGraph#INPUT} for the network's input
   * @throws IllegalArgumentException when the output {@link #staysReal}
   */
  public QuantizationPoint pointOf(int block) {
    return source(block)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid block: '%s' (its output is not quantized)".formatted(name(block))));
  }

  private String name(int block) {
    return block == BlockGraph.INPUT ? Network.INPUT : graph.blocks().get(block).name();
  }

  /** Applies a scheme's defaults, its first/last exception and its rules, in this order. */
  private static final class Placement {

    private final BlockGraph graph;
    private final QuantizationScheme scheme;
    private final List<Block> ends;
    private final Set<Integer> residual;
    private int slots;

    Placement(BlockGraph graph, QuantizationScheme scheme) {
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
              "Invalid quantization.layers match: '%s'%s (no such layer; allowed: input, %s)"
                  .formatted(
                      rule.match(),
                      rule.type().map(type -> " of type '" + type + "'").orElse(""),
                      String.join(", ", graph.blocks().stream().map(Block::name).toList())));
        }
      }
    }
  }
}
