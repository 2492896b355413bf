package org.sparkqat.network;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.WeightQuantizer;

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
    return new QuantizerPlacement(graph, scheme).run();
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
}
