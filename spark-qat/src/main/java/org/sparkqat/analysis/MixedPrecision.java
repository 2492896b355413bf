package org.sparkqat.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.network.Block;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * The bits of each layer whose scores add up to the least within a budget: the exact optimum, as a
 * multiple-choice knapsack.
 *
 * <p>A group of it is a quantization point with all layers that read it, since the bits of both
 * make bit operations: its options are all their bits, less those that others are better than in
 * cost and score. More bits never score worse than fewer: where they were measured to, both get the
 * score of the more.
 */
public final class MixedPrecision {

  /**
   * A choice of bits.
   *
   * @param units what it costs, in the unit of the budget
   * @param score sum of the scores
   */
  public record Choice(List<LayerBits> layers, double units, double score) {
    public Choice {
      layers = List.copyOf(layers);
    }
  }

  /** One combination of bits of a group. */
  private record Combination(long cost, double score, List<LayerBits> layers) {}

  private final LayerSchemes schemes;
  private final Sensitivity sensitivity;
  private final Score score;
  private final Budget.Kind kind;
  private final List<Integer> bits;
  private final List<Integer> outputBits;
  private final List<List<Combination>> groups = new ArrayList<>();
  private final Knapsack knapsack;
  private final long weights;
  private final long fixed;
  private final Map<String, Integer> given;

  /**
   * All choices there are.
   *
   * @param activationBits bits of all outputs; empty: the highest, or chosen too where the budget
   *     is one of bit operations
   * @throws IllegalArgumentException when the analysis lacks a score that is needed
   */
  public MixedPrecision(
      LayerSchemes schemes,
      Sensitivity sensitivity,
      Score score,
      Budget.Kind kind,
      OptionalInt activationBits) {
    this(schemes, sensitivity, score, kind, activationBits, Map.of());
  }

  /**
   * The same where some layers have bits already.
   *
   * @param given bits of weights that are not chosen, by layer: they cost, and need no score
   */
  public MixedPrecision(
      LayerSchemes schemes,
      Sensitivity sensitivity,
      Score score,
      Budget.Kind kind,
      OptionalInt activationBits,
      Map<String, Integer> given) {
    this.given = Map.copyOf(given);
    this.schemes = schemes;
    this.sensitivity = sensitivity;
    this.score = score;
    this.kind = kind;
    this.bits = sensitivity.bits().stream().sorted(Comparator.reverseOrder()).toList();
    boolean choosesOutputs = activationBits.isEmpty() && kind == Budget.Kind.BIT_OPERATIONS;
    this.outputBits = choosesOutputs ? bits : List.of(activationBits.orElse(bits.get(0)));
    if (choosesOutputs && score == Score.HESSIAN) {
      throw new IllegalArgumentException(
          "Invalid score: hessian (it has none for activations; give them bits, or take another)");
    }
    Network network = schemes.graph().graph().network();
    this.weights = weighted().mapToLong(block -> LayerCost.weights(network, block)).sum();
    this.fixed = kind == Budget.Kind.BYTES ? LayerCost.bytesOfOthers(graph().graph()) : 0;
    schemes.graph().points().forEach(point -> groups.add(combinations(point)));
    this.knapsack =
        new Knapsack(
            groups.stream()
                .map(
                    group ->
                        group.stream()
                            .map(each -> new Knapsack.Option(each.cost(), each.score()))
                            .toList())
                .toList());
  }

  private Stream<Block> weighted() {
    return schemes.graph().graph().blocks().stream().filter(Block::isWeighted);
  }

  private List<Combination> combinations(QuantizationPoint point) {
    List<Combination> all = new ArrayList<>();
    List<Block> readers =
        weighted()
            .filter(block -> graph().pointOf(block.inputs().get(0)).name().equals(point.name()))
            .toList();
    for (int own : outputBits) {
      double noise = outputBits.size() == 1 ? 0 : monotone(point.name(), Part.ACTIVATIONS, own);
      LayerBits layer = new LayerBits(point.name(), OptionalInt.empty(), OptionalInt.of(own));
      List<Combination> some = List.of(new Combination(0, noise, List.of(layer)));
      for (Block reader : readers) {
        some = undominated(withReader(some, reader, own));
      }
      all.addAll(some);
    }
    return undominated(all);
  }

  private QuantizedGraph graph() {
    return schemes.graph();
  }

  private List<Combination> withReader(List<Combination> some, Block reader, int inputBits) {
    List<Combination> all = new ArrayList<>();
    for (Combination each : some) {
      for (int weightBits : options(reader)) {
        List<LayerBits> layers = new ArrayList<>(each.layers());
        layers.add(new LayerBits(reader.name(), OptionalInt.of(weightBits), OptionalInt.empty()));
        all.add(
            new Combination(
                each.cost() + cost(reader, weightBits, inputBits),
                each.score()
                    + (open(reader) ? monotone(reader.name(), Part.WEIGHTS, weightBits) : 0),
                layers));
      }
    }
    return all;
  }

  private List<Integer> options(Block block) {
    return open(block) ? bits : List.of(given.getOrDefault(block.name(), 0));
  }

  private boolean open(Block block) {
    return !given.containsKey(block.name());
  }

  private long cost(Block block, int weightBits, int inputBits) {
    Network network = graph().graph().network();
    return switch (kind) {
      case BYTES -> LayerCost.bytes(network, block, quantizer(block, weightBits));
      case BIT_OPERATIONS ->
          Math.multiplyExact(LayerCost.products(network, block), (long) weightBits * inputBits);
      case AVERAGE_BITS -> LayerCost.weights(network, block) * weightBits;
    };
  }

  private WeightQuantizer quantizer(Block block, int weightBits) {
    WeightQuantizer own = schemes.weights(block.name()).orElseThrow();
    return own.bits() == weightBits ? own : own.withBits(weightBits);
  }

  private double monotone(String layer, Part part, int least) {
    return bits.stream()
        .filter(each -> each >= least)
        .mapToDouble(each -> score.of(sensitivity, layer, part, each))
        .max()
        .orElseThrow();
  }

  /** Without those that another one is no worse than; of equal ones the first stays. */
  private static List<Combination> undominated(List<Combination> all) {
    List<Combination> sorted =
        all.stream()
            .sorted(
                Comparator.comparingLong(Combination::cost).thenComparingDouble(Combination::score))
            .toList();
    List<Combination> kept = new ArrayList<>();
    for (Combination each : sorted) {
      if (kept.isEmpty() || each.score() < kept.get(kept.size() - 1).score()) {
        kept.add(each);
      }
    }
    return kept;
  }

  /**
   * The best choice within a budget.
   *
   * @throws IllegalArgumentException when even the smallest choice is beyond it
   */
  public Choice choose(Budget budget) {
    long limit = budget.limit(weights) - fixed;
    if (limit < knapsack.leastCost()) {
      throw new IllegalArgumentException(
          "Invalid budget: %s (the smallest network has %s, all layers with %d bits; allowed: at least that)"
              .formatted(
                  budget.text(budget.inUnits(limit + fixed, weights)),
                  budget.text(budget.inUnits(knapsack.leastCost() + fixed, weights)),
                  bits.get(bits.size() - 1)));
    }
    return choice(budget, knapsack.solve(limit));
  }

  /** All layers with the same bits, outputs too unless they have bits of their own. */
  public Choice uniform(int weightBits) {
    int own = outputBits.size() == 1 ? outputBits.get(0) : weightBits;
    long cost = weighted().mapToLong(block -> cost(block, weightBits, own)).sum();
    double noise =
        weighted().mapToDouble(block -> monotone(block.name(), Part.WEIGHTS, weightBits)).sum();
    if (outputBits.size() > 1) {
      noise +=
          graph().points().stream()
              .mapToDouble(point -> monotone(point.name(), Part.ACTIVATIONS, own))
              .sum();
    }
    List<LayerBits> layers =
        schemes.layers().stream()
            .map(
                layer ->
                    new LayerBits(
                        layer,
                        of(schemes.weights(layer).isPresent(), weightBits),
                        of(schemes.output(layer).isPresent(), own)))
            .toList();
    Budget unit = new Budget(kind, 1);
    return new Choice(layers, unit.inUnits(cost + fixed, weights), noise);
  }

  private static OptionalInt of(boolean present, int value) {
    return present ? OptionalInt.of(value) : OptionalInt.empty();
  }

  /** Points of the Pareto curve: the best choice of budgets from the smallest to the largest. */
  public List<Choice> curve(int points) {
    long least = knapsack.leastCost();
    long most = Math.max(least, knapsack.mostCost());
    Budget unit = new Budget(kind, 1);
    List<Choice> curve = new ArrayList<>();
    Set<Double> seen = new TreeSet<>();
    for (int i = 0; i < points; i++) {
      long budget = least + Math.round((double) (most - least) * i / Math.max(1, points - 1));
      Choice choice = choice(unit, knapsack.solve(budget));
      if (seen.add(choice.units())) {
        curve.add(choice);
      }
    }
    return curve;
  }

  private Choice choice(Budget unit, Knapsack.Choice chosen) {
    List<LayerBits> parts = new ArrayList<>();
    for (int group = 0; group < groups.size(); group++) {
      parts.addAll(groups.get(group).get(chosen.options().get(group)).layers());
    }
    List<LayerBits> layers = schemes.layers().stream().map(layer -> joined(layer, parts)).toList();
    return new Choice(layers, unit.inUnits(chosen.cost() + fixed, weights), chosen.loss());
  }

  private static LayerBits joined(String layer, List<LayerBits> parts) {
    return new LayerBits(
        layer, bits(layer, parts, LayerBits::weights), bits(layer, parts, LayerBits::activations));
  }

  private interface BitsOf {
    OptionalInt of(LayerBits layer);
  }

  private static OptionalInt bits(String layer, List<LayerBits> parts, BitsOf part) {
    Optional<OptionalInt> found =
        parts.stream()
            .filter(each -> each.layer().equals(layer))
            .map(part::of)
            .filter(OptionalInt::isPresent)
            .findFirst();
    return found.orElse(OptionalInt.empty());
  }
}
