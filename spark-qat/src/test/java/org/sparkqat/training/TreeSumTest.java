package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Seeds;
import org.sparkqat.training.PairwiseTree.Node;

class TreeSumTest {

  @Test
  void aCoverIsTheFewestAlignedSubtrees() {
    assertThat(PairwiseTree.cover(0, 8)).containsExactly(new Node(3, 0));
    assertThat(PairwiseTree.cover(0, 7))
        .containsExactly(new Node(2, 0), new Node(1, 2), new Node(0, 6));
    assertThat(PairwiseTree.cover(3, 6)).containsExactly(new Node(0, 3), new Node(1, 2));
    assertThat(PairwiseTree.cover(5, 6)).containsExactly(Node.leaf(5));
  }

  @Test
  void aCoverHoldsEachShardOnceInOrder() {
    for (int from = 0; from < 32; from++) {
      for (int to = from + 1; to <= 32; to++) {
        int next = from;
        for (Node node : PairwiseTree.cover(from, to)) {
          assertThat(node.from()).isEqualTo(next);
          next += node.size();
        }
        assertThat(next).isEqualTo(to);
      }
    }
  }

  @Test
  void everySplitIntoContiguousRangesGivesTheSameBits() {
    Random random = Seeds.random();
    for (int shards : new int[] {1, 2, 4, 8, 16}) {
      float[][] leaves = leaves(shards, random);
      float[] expected = recursive(leaves, 0, shards);
      // Each bit of the mask is a border between two workers.
      for (int mask = 0; mask < 1 << (shards - 1); mask++) {
        assertThat(sum(leaves, mask, random)).containsExactly(expected);
      }
    }
  }

  /** Workers sum their own shards; their subtrees arrive in random order. */
  private static float[] sum(float[][] leaves, int borders, Random random) {
    int shards = leaves.length;
    List<TreeSum.Part<float[]>> parts = new ArrayList<>();
    int from = 0;
    for (int to = 1; to <= shards; to++) {
      if (to == shards || (borders >> (to - 1) & 1) == 1) {
        TreeSum<float[]> worker = TreeSum.ofFloats(shards);
        for (int shard = from; shard < to; shard++) {
          worker.add(shard, leaves[shard].clone());
        }
        assertThat(worker.parts())
            .extracting(TreeSum.Part::node)
            .isEqualTo(PairwiseTree.cover(from, to));
        parts.addAll(worker.parts());
        from = to;
      }
    }
    Collections.shuffle(parts, random);
    TreeSum<float[]> driver = TreeSum.ofFloats(shards);
    parts.forEach(part -> driver.add(part.node(), part.value()));
    return driver.total();
  }

  private static float[] recursive(float[][] leaves, int from, int to) {
    if (to - from == 1) {
      return leaves[from];
    }
    float[] low = recursive(leaves, from, (from + to) / 2);
    float[] high = recursive(leaves, (from + to) / 2, to);
    float[] sum = new float[low.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = low[i] + high[i];
    }
    return sum;
  }

  /** Values of many magnitudes: their sum depends on the order. */
  private static float[][] leaves(int shards, Random random) {
    float[][] leaves = new float[shards][5];
    for (float[] leaf : leaves) {
      for (int i = 0; i < leaf.length; i++) {
        leaf[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(8)));
      }
    }
    return leaves;
  }

  @Test
  void theLowerShardsComeFirstInEveryMerge() {
    TreeSum<String> sum = new TreeSum<>(8, (low, high) -> "(" + low + high + ")");
    for (int shard : new int[] {5, 0, 7, 3, 1, 6, 2, 4}) {
      sum.add(shard, String.valueOf(shard));
    }

    assertThat(sum.total()).isEqualTo("(((01)(23))((45)(67)))");
  }

  @Test
  void aValueThatMergesAtOnceIsOnlyRead() {
    TreeSum<float[]> sum = TreeSum.ofFloats(4);
    float[] buffer = {1};
    assertThat(sum.mergesAtOnce(0)).isFalse();
    sum.add(0, buffer.clone());
    assertThat(sum.mergesAtOnce(1)).isTrue();
    sum.add(1, buffer);
    buffer[0] = 2;
    assertThat(sum.mergesAtOnce(2)).isFalse();
    assertThat(sum.mergesAtOnce(3)).isFalse();
    sum.add(3, buffer.clone());
    assertThat(sum.mergesAtOnce(2)).isFalse();
    sum.add(2, buffer.clone());

    assertThat(sum.total()).containsExactly(6);
  }

  @Test
  void doublesAreSummedToo() {
    TreeSum<double[]> sum = TreeSum.ofDoubles(2);
    sum.add(1, new double[] {1, 2});
    sum.add(0, new double[] {3, 4});

    assertThat(sum.total()).containsExactly(4, 6);
  }

  @Test
  void nothingIsCountedTwice() {
    TreeSum<float[]> sum = TreeSum.ofFloats(8);
    sum.add(new Node(1, 1), new float[1]);

    assertThat(sum.overlaps(Node.leaf(3))).isTrue();
    assertThat(sum.overlaps(Node.leaf(4))).isFalse();
    assertThatThrownBy(() -> sum.add(3, new float[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid node of a sum: shard 3 (shards 2 to 3 arrived before)");
    assertThatThrownBy(() -> sum.add(new Node(2, 0), new float[1]))
        .hasMessage("Invalid node of a sum: shards 0 to 3 (shards 2 to 3 arrived before)");
  }

  @Test
  void anUnfinishedSumSaysWhatArrived() {
    TreeSum<float[]> sum = TreeSum.ofFloats(4);
    sum.add(0, new float[1]);
    sum.add(3, new float[1]);

    assertThat(sum.isComplete()).isFalse();
    assertThatThrownBy(sum::total)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot sum all of shards 0 to 3: only [shard 0, shard 3] arrived");
  }

  @Test
  void wrongNumbersAreNamed() {
    assertThatThrownBy(() -> TreeSum.ofFloats(6))
        .hasMessage("Invalid shards: 6 (must be a power of two)");
    assertThatThrownBy(() -> TreeSum.ofFloats(4).add(4, new float[1]))
        .hasMessage("Invalid node of a sum: shard 4 (allowed: shards 0 to 3)");
    assertThatThrownBy(() -> PairwiseTree.cover(3, 3))
        .hasMessage("Invalid shards: 3 to 3 (a range from 0 up that is not empty)");
    TreeSum<float[]> sum = TreeSum.ofFloats(2);
    sum.add(0, new float[2]);
    assertThatThrownBy(() -> sum.add(1, new float[3]))
        .hasMessage("Invalid partial sum: 3 numbers (expected 2)");
  }
}
