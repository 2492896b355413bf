package org.sparkqat.analysis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The knapsack whose options may be mixed: a bound of the losses that the last groups can reach,
 * and a good choice of all. Both take the steps of each group's convex hull in the order of the
 * loss that they save for their cost.
 */
final class Relaxation {

  /** From one option of a group's hull to the next one. */
  private record Step(int group, long cost, double gain) {

    double efficiency() {
      return gain / cost;
    }
  }

  private final List<Step> steps;
  private final long[] leastCost;
  private final double[] startLoss;
  private final long[][] costs;
  private final double[][] gains;

  Relaxation(List<List<Knapsack.Option>> groups) {
    int n = groups.size();
    this.steps = new ArrayList<>();
    this.leastCost = new long[n + 1];
    this.startLoss = new double[n + 1];
    for (int group = n - 1; group >= 0; group--) {
      List<Knapsack.Option> hull = hull(groups.get(group));
      leastCost[group] = leastCost[group + 1] + hull.get(0).cost();
      startLoss[group] = startLoss[group + 1] + hull.get(0).loss();
      for (int i = 1; i < hull.size(); i++) {
        Knapsack.Option from = hull.get(i - 1);
        Knapsack.Option to = hull.get(i);
        steps.add(new Step(group, to.cost() - from.cost(), from.loss() - to.loss()));
      }
    }
    steps.sort(
        Comparator.comparingDouble(Step::efficiency).reversed().thenComparingInt(Step::group));
    this.costs = new long[n + 1][];
    this.gains = new double[n + 1][];
    for (int group = 0; group <= n; group++) {
      sum(group);
    }
  }

  /** Running sums of the steps of the groups from the given one on. */
  private void sum(int first) {
    List<Step> of = steps.stream().filter(step -> step.group() >= first).toList();
    costs[first] = new long[of.size() + 1];
    gains[first] = new double[of.size() + 1];
    for (int i = 0; i < of.size(); i++) {
      costs[first][i + 1] = costs[first][i] + of.get(i).cost();
      gains[first][i + 1] = gains[first][i] + of.get(i).gain();
    }
  }

  /** The lower convex hull of (cost, loss), from the cheapest option to the best. */
  private static List<Knapsack.Option> hull(List<Knapsack.Option> options) {
    List<Knapsack.Option> sorted =
        options.stream()
            .sorted(
                Comparator.comparingLong(Knapsack.Option::cost)
                    .thenComparingDouble(Knapsack.Option::loss))
            .toList();
    List<Knapsack.Option> hull = new ArrayList<>();
    for (Knapsack.Option option : sorted) {
      if (!hull.isEmpty() && option.loss() >= hull.get(hull.size() - 1).loss()) {
        continue;
      }
      while (hull.size() > 1 && isAbove(hull, option)) {
        hull.remove(hull.size() - 1);
      }
      hull.add(option);
    }
    return hull;
  }

  /** True when the hull's last option is not below the line from the one before it. */
  private static boolean isAbove(List<Knapsack.Option> hull, Knapsack.Option next) {
    Knapsack.Option last = hull.get(hull.size() - 1);
    Knapsack.Option before = hull.get(hull.size() - 2);
    return (before.loss() - last.loss()) * (next.cost() - last.cost())
        <= (last.loss() - next.loss()) * (last.cost() - before.cost());
  }

  /** No choice of the groups from the given one on has a smaller loss; infinite: there is none. */
  double least(int first, long budget) {
    long left = budget - leastCost[first];
    if (left < 0) {
      return Double.POSITIVE_INFINITY;
    }
    long[] cost = costs[first];
    int low = 0;
    int high = cost.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (cost[middle] <= left) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    double gain = gains[first][low];
    if (low + 1 < cost.length) {
      double share = (double) (left - cost[low]) / (cost[low + 1] - cost[low]);
      gain += share * (gains[first][low + 1] - gain);
    }
    return startLoss[first] - gain;
  }

  /** The loss of a choice of all groups within the budget: all steps that still fit. */
  double rounded(long budget) {
    long left = budget - leastCost[0];
    double loss = startLoss[0];
    boolean[] stuck = new boolean[leastCost.length];
    for (Step step : steps) {
      if (!stuck[step.group()] && step.cost() <= left) {
        left -= step.cost();
        loss -= step.gain();
      } else {
        stuck[step.group()] = true;
      }
    }
    return loss;
  }
}
