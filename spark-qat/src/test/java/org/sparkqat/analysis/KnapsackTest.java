package org.sparkqat.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.analysis.Knapsack.Choice;
import org.sparkqat.analysis.Knapsack.Option;

class KnapsackTest {

  private static final long SEED = Long.getLong("test.seed", 42);
  private static final int INSTANCES = 2000;

  @Test
  void theChoiceIsThatOfBruteForce() {
    System.out.println("test.seed=" + SEED);
    for (int i = 0; i < INSTANCES; i++) {
      Random random = new Random(SEED + i);
      List<List<Option>> groups = groups(random);
      Knapsack knapsack = new Knapsack(groups);
      long least = knapsack.leastCost();
      long budget = least + random.nextInt(1 + (int) (knapsack.mostCost() - least) * 5 / 4);
      Choice choice = knapsack.solve(budget);
      double expected = bruteForce(groups, 0, budget);
      assertThat(choice.loss())
          .as("seed %d, budget %d, %s", SEED + i, budget, groups)
          .isCloseTo(expected, within(1e-9 * Math.max(1e-30, Math.abs(expected))));
      assertConsistent(groups, choice, budget);
    }
  }

  /** Costs of few different sizes, losses that fall in equal, convex or ragged steps. */
  private static List<List<Option>> groups(Random random) {
    int kind = random.nextInt(4);
    double scale = Math.pow(10, random.nextInt(12) - 8);
    List<List<Option>> groups = new ArrayList<>();
    for (int g = 1 + random.nextInt(7); g > 0; g--) {
      List<Option> options = new ArrayList<>();
      int size = 1 + random.nextInt(30);
      for (int o = 1 + random.nextInt(4); o > 0; o--) {
        double loss =
            switch (kind) {
              case 0 -> random.nextInt(4);
              case 1 -> size * Math.pow(4, -o) * scale;
              case 2 -> 0;
              default -> random.nextDouble() * scale;
            };
        options.add(new Option(kind == 3 ? random.nextInt(20) : (long) size * o, loss));
      }
      groups.add(options);
    }
    return groups;
  }

  private static double bruteForce(List<List<Option>> groups, int group, long budget) {
    if (budget < 0) {
      return Double.POSITIVE_INFINITY;
    }
    if (group == groups.size()) {
      return 0;
    }
    double best = Double.POSITIVE_INFINITY;
    for (Option option : groups.get(group)) {
      double rest = bruteForce(groups, group + 1, budget - option.cost());
      best = Math.min(best, option.loss() + rest);
    }
    return best;
  }

  private static void assertConsistent(List<List<Option>> groups, Choice choice, long budget) {
    long cost = 0;
    double loss = 0;
    for (int g = 0; g < groups.size(); g++) {
      Option chosen = groups.get(g).get(choice.options().get(g));
      cost += chosen.cost();
      loss += chosen.loss();
    }
    assertThat(choice.cost()).isEqualTo(cost).isLessThanOrEqualTo(budget);
    assertThat(choice.loss()).isEqualTo(loss);
  }

  @Test
  void sixtyLayersOfOddSizesTakeNoTime() {
    Random random = new Random(SEED);
    List<List<Option>> groups = new ArrayList<>();
    for (int g = 0; g < 60; g++) {
      long size = 1000L + random.nextInt(1_000_000);
      double sensitivity = random.nextDouble();
      List<Option> options = new ArrayList<>();
      for (int bits = 2; bits <= 8; bits++) {
        options.add(new Option(size * bits, sensitivity * Math.pow(4, -bits)));
      }
      groups.add(options);
    }
    Knapsack knapsack = new Knapsack(groups);
    long budget = (knapsack.leastCost() + knapsack.mostCost()) / 2;
    long start = System.nanoTime();
    Choice choice = knapsack.solve(budget);
    assertThat((System.nanoTime() - start) * 1e-9).isLessThan(20);
    assertThat(choice.cost()).isBetween(budget * 999 / 1000, budget);
  }

  @Test
  void aBudgetBelowTheSmallestChoiceIsRefusedWithItsCost() {
    Knapsack knapsack =
        new Knapsack(
            List.of(List.of(new Option(5, 1), new Option(9, 0)), List.of(new Option(2, 0))));
    assertThat(knapsack.leastCost()).isEqualTo(7);
    assertThat(knapsack.mostCost()).isEqualTo(11);
    assertThatThrownBy(() -> knapsack.solve(6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid budget: 6 (the smallest choice costs 7)");
    assertThatThrownBy(() -> new Option(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid option: cost 1, loss NaN (cost at least 0, loss finite)");
  }
}
