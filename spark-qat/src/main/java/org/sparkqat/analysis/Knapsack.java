package org.sparkqat.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The multiple-choice knapsack: of each group one option, the smallest sum of losses with a sum of
 * costs within a budget. The answer is exact, up to the rounding of sums in double.
 *
 * <p>Dynamic programming over the groups: the states are the pairs (cost, loss) that no other pair
 * is better than in both. A state is dropped when even its linear relaxation, in which options may
 * be mixed, is worse than a choice that is known (Kellerer, Pferschy and Pisinger 2004, Knapsack
 * problems, chapter 11).
 */
final class Knapsack {

  /** Sums in different orders differ by less than this share. */
  private static final double ROUNDING = 1e-9;

  /** What can be chosen of a group. */
  record Option(long cost, double loss) {

    Option {
      if (cost < 0 || !Double.isFinite(loss)) {
        throw new IllegalArgumentException(
            "Invalid option: cost %d, loss %s (cost at least 0, loss finite)"
                .formatted(cost, loss));
      }
    }
  }

  /**
   * A choice.
   *
   * @param options the option of each group, by its index
   */
  record Choice(List<Integer> options, long cost, double loss) {
    Choice {
      options = List.copyOf(options);
    }
  }

  /** What is reached after some groups, and how. */
  private record State(long cost, double loss, @Nullable State before, int option) {}

  private final List<List<Option>> groups;
  private final Relaxation relaxation;

  Knapsack(List<List<Option>> groups) {
    this.groups = groups.stream().map(List::copyOf).toList();
    this.relaxation = new Relaxation(this.groups);
  }

  /** The smallest cost of any choice. */
  long leastCost() {
    return groups.stream().mapToLong(group -> cheapest(group).cost()).sum();
  }

  /** The smallest cost of a choice whose loss nothing improves on. */
  long mostCost() {
    return groups.stream().mapToLong(group -> best(group).cost()).sum();
  }

  private static Option cheapest(List<Option> group) {
    return group.stream().min(Comparator.comparingLong(Option::cost)).orElseThrow();
  }

  private static Option best(List<Option> group) {
    return group.stream()
        .min(Comparator.comparingDouble(Option::loss).thenComparingLong(Option::cost))
        .orElseThrow();
  }

  /**
   * The best choice within a budget; of equal ones the cheapest.
   *
   * @throws IllegalArgumentException when the budget is below {@link #leastCost}
   */
  Choice solve(long budget) {
    if (budget < leastCost()) {
      throw new IllegalArgumentException(
          "Invalid budget: %d (the smallest choice costs %d)".formatted(budget, leastCost()));
    }
    double known = relaxation.rounded(budget);
    double limit = known + ROUNDING * Math.max(Math.abs(known), Double.MIN_NORMAL);
    List<State> states = List.of(new State(0, 0, null, -1));
    for (int group = 0; group < groups.size(); group++) {
      states = undominated(next(states, group, budget, limit));
    }
    return choice(states.get(states.size() - 1));
  }

  private List<State> next(List<State> states, int group, long budget, double limit) {
    List<State> next = new ArrayList<>();
    List<Option> options = groups.get(group);
    for (State state : states) {
      for (int i = 0; i < options.size(); i++) {
        long cost = state.cost() + options.get(i).cost();
        double loss = state.loss() + options.get(i).loss();
        double bound = loss + relaxation.least(group + 1, budget - cost);
        if (bound <= limit + ROUNDING * Math.abs(loss)) {
          next.add(new State(cost, loss, state, i));
        }
      }
    }
    return next;
  }

  /** In the order of rising costs and falling losses. */
  private static List<State> undominated(List<State> states) {
    states.sort(
        Comparator.comparingLong(State::cost)
            .thenComparingDouble(State::loss)
            .thenComparingInt(State::option));
    List<State> kept = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (State state : states) {
      if (state.loss() < least) {
        kept.add(state);
        least = state.loss();
      }
    }
    return kept;
  }

  private Choice choice(State last) {
    Integer[] options = new Integer[groups.size()];
    State at = last;
    for (int group = groups.size() - 1; group >= 0; group--) {
      options[group] = at.option();
      at = Objects.requireNonNull(at.before());
    }
    return new Choice(Arrays.asList(options), last.cost(), last.loss());
  }
}
