package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShardPlanTest {

  @Test
  void ranksFillBalancedShardsInOrder() {
    for (int shards = 1; shards <= 9; shards++) {
      for (long examples = 1; examples <= 40; examples++) {
        assertBalanced(new ShardPlan(examples, shards));
      }
    }
  }

  private static void assertBalanced(ShardPlan plan) {
    int[] counts = new int[plan.shards()];
    int last = 0;
    for (long rank = 0; rank < plan.examples(); rank++) {
      int shard = plan.shard(rank);
      assertThat(shard).isGreaterThanOrEqualTo(last);
      counts[shard]++;
      last = shard;
    }
    for (int shard = 0; shard < plan.shards(); shard++) {
      int fair = (int) (plan.examples() / plan.shards());
      assertThat(counts[shard]).isEqualTo(plan.size(shard)).isBetween(fair, fair + 1);
    }
  }

  @Test
  void trillionsOfExamplesDoNotOverflow() {
    ShardPlan plan = new ShardPlan(1L << 44, 65_536);
    assertThat(plan.shard((1L << 44) - 1)).isEqualTo(65_535);
    assertThat(plan.size(65_535)).isEqualTo(1 << 28);
  }
}
