package org.sparkqat.analysis;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.sparkqat.analysis.MixedPrecision.Choice;
import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.analysis.Variant.Scope;
import org.sparkqat.network.Block;
import org.sparkqat.network.Network;
import org.sparkqat.quantization.QuantizationScheme;

/**
 * Chooses the bits of the weights of each layer: those with the least noise in the network's
 * outputs within an average over all weights. First and last layer keep bits that the scheme gives
 * them, and activations theirs.
 */
public final class WeightBits {

  private final LayerSchemes schemes;
  private final BitSearch search;
  private final Map<String, Integer> given;

  /**
   * A search for a network that is to be trained with the scheme.
   *
   * @throws IllegalArgumentException when no choice is within the average
   */
  public WeightBits(Network network, QuantizationScheme scheme, BitSearch search) {
    this.schemes = new LayerSchemes(network, scheme);
    this.search = search;
    this.given =
        scheme.firstLastBits() == 0
            ? Map.of()
            : schemes.graph().graph().weightedEnds().stream()
                .collect(
                    Collectors.toMap(Block::name, block -> scheme.firstLastBits(), (a, b) -> a));
    requireChoice(network);
  }

  private void requireChoice(Network network) {
    int fewest = search.candidates().stream().mapToInt(bits -> bits).min().orElseThrow();
    long weights = 0;
    long least = 0;
    for (Block block : schemes.graph().graph().blocks()) {
      if (block.isWeighted()) {
        long count = LayerCost.weights(network, block);
        weights += count;
        least += count * given.getOrDefault(block.name(), fewest);
      }
    }
    Budget smallest = Budget.ofAverageBits(Math.ceil(1000.0 * least / weights) / 1000);
    if (budget().limit(weights) < least) {
      throw new IllegalArgumentException(
          "Invalid average bits: %s (the smallest network has %s: allow for them, or give first and last layer no bits of their own)"
              .formatted(search.averageBits(), smallest.text()));
    }
  }

  private Budget budget() {
    return Budget.ofAverageBits(search.averageBits());
  }

  /** The network with the quantizers that are measured. */
  public LayerSchemes schemes() {
    return schemes;
  }

  /** What is to be measured: the weights of each layer whose bits are open, alone. */
  public List<Variant> variants() {
    return SensitivityGrid.of(
            schemes, search.candidates(), EnumSet.of(Part.WEIGHTS), EnumSet.of(Scope.ONE))
        .stream()
        .filter(variant -> !given.containsKey(variant.layer()))
        .toList();
  }

  /**
   * The best choice.
   *
   * @param found of each variant
   */
  public Choice choose(Measurement reference, int examples, List<Measurement> found) {
    List<Variant> variants = variants();
    List<Sensitivity.Row> rows = new ArrayList<>();
    for (int i = 0; i < variants.size(); i++) {
      rows.add(new Sensitivity.Row(variants.get(i), found.get(i)));
    }
    Sensitivity sensitivity =
        new Sensitivity(
            schemes.graph().graph().network().name(),
            examples,
            search.candidates(),
            reference,
            List.of(),
            rows);
    Choice all =
        new MixedPrecision(
                schemes,
                sensitivity,
                Score.OUTPUT_NOISE,
                Budget.Kind.AVERAGE_BITS,
                OptionalInt.empty(),
                given)
            .choose(budget());
    List<LayerBits> weights =
        all.layers().stream()
            .filter(layer -> layer.weights().isPresent())
            .map(layer -> new LayerBits(layer.layer(), layer.weights(), OptionalInt.empty()))
            .toList();
    return new Choice(weights, all.units(), all.score());
  }

  /** A choice without the layers whose bits are given: what rules must say. */
  public Choice open(Choice choice) {
    List<LayerBits> open =
        choice.layers().stream().filter(layer -> !given.containsKey(layer.layer())).toList();
    return new Choice(open, choice.units(), choice.score());
  }
}
