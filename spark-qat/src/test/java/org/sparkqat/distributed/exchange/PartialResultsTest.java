package org.sparkqat.distributed.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.PairwiseTree.Node;
import org.sparkqat.training.TreeSum;

class PartialResultsTest {

  private static StepResult result(float value, int shards) {
    Ranges observed = Ranges.empty(2);
    observed.set(0, new Range(-value, value));
    return new StepResult(
        new float[] {value, 2 * value},
        observed,
        new long[] {6, 7},
        new double[] {value, -value, 0},
        new double[] {3 * value},
        new long[] {4},
        value,
        5,
        shards,
        ClipTotals.of(new ClipReport(value, 1, 0, 0)),
        StepResult.ALL_FINITE);
  }

  @Test
  void partsOfTheTreeTravelAndAreMergedOnce() {
    TreeSum<StepResult> low = new TreeSum<>(4, StepResult::merge);
    low.add(0, result(1, 1));
    low.add(1, result(2, 1));
    low.add(2, result(4, 1));
    TreeSum<StepResult> high = new TreeSum<>(4, StepResult::merge);
    high.add(3, result(8, 1));
    byte[] first = PartialResults.encode(9, 30, low.parts());
    byte[] second = PartialResults.encode(9, 10, high.parts());

    TreeSum<StepResult> sum = new TreeSum<>(4, StepResult::merge);
    ExchangeTimes.Sum times = new ExchangeTimes.Sum();
    List<Node> added = new ArrayList<>();
    BiConsumer<Node, StepResult> before = (node, value) -> added.add(node);
    PartialResults.addTo(sum, 9, second, times, before);
    PartialResults.addTo(sum, 9, second, times, before);
    PartialResults.addTo(sum, 9, PartialResults.encode(8, 70, low.parts()), times, before);
    PartialResults.addTo(sum, 9, first, times, before);
    assertThat(added).containsExactly(Node.leaf(3), new Node(1, 0), Node.leaf(2));

    StepResult total = sum.total();
    assertThat(total.gradient()).containsExactly(15, 30);
    assertThat(total.observed().range(0)).isEqualTo(new Range(-8, 8));
    assertThat(total.statisticSums()).containsExactly(45);
    assertThat(total.statisticCounts()).containsExactly(16);
    assertThat(total.loss()).isEqualTo(15);
    assertThat(total.saturated()).isEqualTo(20);
    assertThat(total.shards()).isEqualTo(4);
    assertThat(total.clips().gradients()).isEqualTo(4);
    assertThat(times.times().meanCompute()).as("of 10 and 30, each once").isEqualTo(20);
    assertThat(times.times().slowestCompute()).isEqualTo(30);
  }
}
