package org.sparkqat.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * Deals what random networks shall be of, so that none of {@link QuantizedKinds#all} is left to
 * luck: {@link #TURNS} networks have all of them.
 */
final class Strata {

  /** After so many turns each deck has been dealt once: the largest are those of the forms. */
  static final int TURNS = 80;

  /** Of 4 turns, those whose codes have up to 8 bits: the others are wide, and any. */
  private static final int PERIOD = 4;

  private static final int WIDE = 1;
  private static final int ANY = 3;

  /**
   * Bits of weights and of the activations that they meet: 64 products at their limits stay below
   * 2^24.
   */
  private static final int WIDE_SUM = 18;

  /** One in some hundreds of random networks has the rarest kinds together. */
  private static final int MOST_TRIES = 50_000;

  private final Random random;
  private final Deck<String> layers;
  private final Deck<Integer> weightBits;
  private final Deck<Integer> activationBits;
  private final Deck<Integer> wideWeightBits;
  private final Deck<Integer> weightForms;
  private final Deck<Integer> wideWeightForms;
  private final Deck<Integer> activationForms;
  private final Deck<Rounding> roundings;
  private int turn = -1;

  Strata(Random random) {
    this.random = random;
    this.layers = new Deck<>(layerKinds(), random);
    this.weightBits = new Deck<>(integers(2, CodeFormat.MOST_KERNEL_BITS), random);
    this.activationBits = new Deck<>(integers(1, CodeFormat.MOST_KERNEL_BITS), random);
    this.wideWeightBits = new Deck<>(integers(2, CodeFormat.MOST_BITS), random);
    this.weightForms = new Deck<>(integers(0, weights(2).size() - 1), random);
    this.wideWeightForms = new Deck<>(integers(0, QuantizerForms.weights(2).size() - 1), random);
    this.activationForms =
        new Deck<>(integers(0, QuantizerForms.activations(2).size() - 1), random);
    this.roundings = new Deck<>(List.of(Rounding.values()), random);
  }

  private static List<Integer> integers(int from, int to) {
    return IntStream.rangeClosed(from, to).boxed().toList();
  }

  private static List<String> layerKinds() {
    Set<String> kinds = new TreeSet<>(QuantizedKinds.all());
    kinds.removeIf(kind -> kind.startsWith("weights") || kind.startsWith("activations"));
    return List.copyOf(kinds);
  }

  private static List<WeightQuantizer> weights(int bits) {
    return Stream.concat(
            QuantizerForms.weights(bits).stream(), QuantizerForms.weightsOfOwnBits().stream())
        .toList();
  }

  /** What the networks of one turn have. */
  final class Stratum {

    final Rounding rounding = roundings.deal();
    private final boolean isAny = turn % PERIOD == ANY;
    private final boolean isWide = turn % PERIOD == WIDE;
    private final Set<String> kinds = new TreeSet<>();
    private QuantizationScheme scheme = QuantizationScheme.W8A8;

    private Stratum() {
      // Products of two wide codes, for one, are mostly beyond 32 bits.
      if (!isWide) {
        kinds.add(layers.deal());
      }
      if (!isAny) {
        WeightQuantizer weights = isWide ? wideWeights() : narrowWeights();
        ActivationQuantizer activations =
            activations(isWide ? WIDE_SUM - weights.bits() : activationBits.deal());
        kinds.addAll(QuantizedKinds.of(weights));
        kinds.addAll(QuantizedKinds.of(activations));
        scheme = scheme.quantizers(weights, activations);
      }
    }

    /** A network of these kinds, and its scheme. */
    QuantizedNetwork next() {
      for (int i = 0; i < MOST_TRIES; i++) {
        Network network = RandomNetworks.next(random);
        QuantizationScheme with = isAny ? RandomSchemes.next(network, random) : scheme(network);
        QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), with);
        if (QuantizedKinds.of(graph).containsAll(kinds)) {
          return new QuantizedNetwork(network, with);
        }
      }
      throw new AssertionError("No random network has " + kinds);
    }

    /** Half of the networks have other quantizers in some of their layers. */
    private QuantizationScheme scheme(Network network) {
      if (isWide || random.nextBoolean()) {
        return scheme;
      }
      QuantizationScheme other = RandomSchemes.ofSingleRanges(network, random);
      List<QuantizationRule> rules = new ArrayList<>();
      for (Block block : BlockGraph.of(network).blocks()) {
        if (random.nextInt(3) == 0) {
          rules.add(
              new QuantizationRule(
                  block.name(), Optional.of(other.weights()), Optional.of(other.activations())));
        }
      }
      return scheme.rules(rules);
    }

    @Override
    public String toString() {
      return kinds.toString();
    }
  }

  /** A network and how it is quantized. */
  record QuantizedNetwork(Network network, QuantizationScheme scheme) {}

  Stratum next() {
    turn++;
    return new Stratum();
  }

  private WeightQuantizer narrowWeights() {
    WeightQuantizer form = weights(2).get(weightForms.deal());
    return form.scheme().hasOwnBits() ? form : form.withBits(weightBits.deal());
  }

  private WeightQuantizer wideWeights() {
    return QuantizerForms.weights(wideWeightBits.deal()).get(wideWeightForms.deal());
  }

  /** Codes of one bit have a few forms only; those have their turn with more bits, too. */
  private ActivationQuantizer activations(int bits) {
    List<ActivationQuantizer> forms = QuantizerForms.activations(bits);
    int form = bits == 1 ? random.nextInt(forms.size()) : activationForms.deal();
    return forms.get(form);
  }
}
