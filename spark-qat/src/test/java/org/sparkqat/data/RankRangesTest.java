package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.sparkqat.data.Examples.imageSchema;

import java.util.HexFormat;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.util.CollectionAccumulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class RankRangesTest {

  private static RankedExamples ranked(Dataset<Row> table, ExampleSchema schema, int parts) {
    CollectionAccumulator<String> mistakes = new CollectionAccumulator<>();
    table.sparkSession().sparkContext().register(mistakes);
    Spills spills = Spills.of(table.sparkSession().sparkContext());
    return RankedExamples.of(
        ExampleReader.read(table, schema, 42, mistakes).rdd(),
        Portion.ALL,
        parts,
        mistakes,
        spills);
  }

  private static void requireSame(RankedExamples ranked, int shards) {
    ShardPlan plan = new ShardPlan(ranked.size(), shards);
    List<String> found = texts(ranked.cut(plan));
    assertThat(found).hasSize(shards).isEqualTo(texts(ranked.shuffled(plan)));
    for (int shard = 0; shard < shards; shard++) {
      assertThat(found.get(shard))
          .hasSize(2 * plan.size(shard) * (Examples.IMAGE.size() + Integer.BYTES));
    }
  }

  /** The contents of each partition in hexadecimal digits. */
  private static List<String> texts(JavaRDD<byte[]> contents) {
    return contents
        .mapPartitions(
            part -> {
              StringBuilder text = new StringBuilder();
              part.forEachRemaining(bytes -> text.append(HexFormat.of().formatHex(bytes)));
              return List.of(text.toString()).iterator();
            })
        .collect();
  }

  @Test
  void cutShardsAreThoseOfAShuffleByRank(SparkSession spark) {
    Dataset<Row> table = Examples.images(spark, 60).coalesce(2);
    for (int parts : new int[] {1, 5, 16}) {
      RankedExamples ranked = ranked(table, imageSchema(), parts);
      requireSame(ranked, 1);
      requireSame(ranked, 8);
    }
    // Empty partitions and empty shards.
    requireSame(ranked(table.limit(3), imageSchema(), 7), 8);
  }

  @Test
  void equalExamplesMakeOneLargePartitionThatIsReadOnce(SparkSession spark) {
    Dataset<Row> table =
        Examples.images(spark, 40)
            .withColumn("image", functions.lit(new byte[Examples.IMAGE.size()]))
            .withColumn("label", functions.lit(1));
    RankedExamples ranked = ranked(table.coalesce(1), imageSchema(), 4);
    ShardPlan plan = new ShardPlan(40, 8);
    assertThat(RankRanges.reads(ranked.firstRanks(), plan)).isEqualTo(8 * 40);
    assertThat(ranked.byShard(plan).rdd()).isNotInstanceOf(RankRanges.class);
    requireSame(ranked, 8);
  }

  @Test
  void evenPartitionsAreReadHardlyMoreThanOnce() {
    long[] firstRanks = {0, 24, 51, 75, 101, 124, 151, 175, 200};
    assertThat(RankRanges.reads(firstRanks, new ShardPlan(200, 4))).isEqualTo(200 + 27 + 26 + 27);
    assertThat(RankRanges.reads(new long[] {0, 0, 3, 3, 5}, new ShardPlan(5, 8))).isEqualTo(13);
  }
}
