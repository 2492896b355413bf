package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkqat.data.Examples.CLASSES;
import static org.sparkqat.data.Examples.IMAGE;
import static org.sparkqat.data.Examples.digest;
import static org.sparkqat.data.Examples.imageSchema;
import static org.sparkqat.data.Examples.images;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.tensor.Shape;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class ShardedDatasetTest {

  @Test
  void partitionsAndOrderOfTheInputDoNotMatter(SparkSession spark) {
    Dataset<Row> table = images(spark, 100);
    String expected = digest(table.coalesce(1), imageSchema(), 8);
    assertThat(digest(table.repartition(3), imageSchema(), 8)).isEqualTo(expected);
    assertThat(digest(table.repartition(17), imageSchema(), 8)).isEqualTo(expected);
    assertThat(digest(table.sort("label", "id"), imageSchema(), 8)).isEqualTo(expected);
    assertThat(digest(Examples.reversed(spark, table), imageSchema(), 8)).isEqualTo(expected);
    assertThat(digest(table, imageSchema(), 8, 43)).isNotEqualTo(expected);
  }

  @Test
  void aKeyColumnPlacesTheExamplesWhateverTheirContent(SparkSession spark) {
    ExampleSchema schema =
        new ExampleSchema(List.of("image"), "label", Optional.of("id"), IMAGE, CLASSES);
    Dataset<Row> table = images(spark, 40);
    String expected = digest(table, schema, 4);
    assertThat(digest(table.repartition(5), schema, 4)).isEqualTo(expected);
    assertThat(labelsInOrder(table.withColumn("image", functions.expr("image || x''")), schema))
        .isEqualTo(labelsInOrder(table, schema));
    assertThat(labelsInOrder(table, imageSchema())).isNotEqualTo(labelsInOrder(table, schema));
  }

  @Test
  void equalKeysAreOrderedByContent(SparkSession spark) {
    Dataset<Row> table = images(spark, 30).withColumn("id", functions.lit(1L));
    ExampleSchema schema =
        new ExampleSchema(List.of("image"), "label", Optional.of("id"), IMAGE, CLASSES);
    assertThat(digest(table.repartition(7), schema, 4)).isEqualTo(digest(table, schema, 4));
  }

  private static List<Integer> labelsInOrder(Dataset<Row> table, ExampleSchema schema) {
    try (ShardedDataset data = ShardedDataset.prepare(table, schema, 4, 1)) {
      List<Integer> labels = new ArrayList<>();
      for (Shard shard : data.rdd().collect()) {
        for (int i = 0; i < shard.size(); i++) {
          labels.add(shard.label(i));
        }
      }
      return labels;
    }
  }

  @Test
  void shardsAreBalancedAndNothingIsLostOrDoubled(SparkSession spark) {
    Dataset<Row> table = images(spark, 50).union(images(spark, 21));
    try (ShardedDataset data = ShardedDataset.prepare(table, imageSchema(), 8, 42)) {
      assertThat(data.shards()).isEqualTo(8);
      assertThat(data.examples()).isEqualTo(71);
      assertThat(data.bytes()).isEqualTo(71L * (IMAGE.size() + 4));
      List<Shard> shards = data.rdd().collect();
      Map<Float, Integer> firstValues = new HashMap<>();
      for (int i = 0; i < 8; i++) {
        assertThat(shards.get(i).index()).isEqualTo(i);
        assertThat(shards.get(i).size()).isEqualTo(data.examples(i)).isBetween(8, 9);
        count(shards.get(i), firstValues);
      }
      assertThat(firstValues).isEqualTo(expectedCounts());
    }
  }

  private static void count(Shard shard, Map<Float, Integer> sums) {
    float[] features = new float[shard.featureSize()];
    for (int example = 0; example < shard.size(); example++) {
      shard.features(example, features, 0);
      sums.merge(fingerprint(features), 1, Integer::sum);
    }
  }

  private static float fingerprint(float[] features) {
    return features[0] + 256 * features[1] + 65_536 * features[2];
  }

  private static Map<Float, Integer> expectedCounts() {
    Map<Float, Integer> counts = new HashMap<>();
    for (int i = 0; i < 71; i++) {
      byte[] pixels = Examples.pixels(i < 50 ? i : i - 50, IMAGE.size());
      float[] features = {pixels[0] & 0xff, pixels[1] & 0xff, pixels[2] & 0xff};
      counts.merge(fingerprint(features), 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void fewerExamplesThanShardsLeaveSomeEmpty(SparkSession spark) {
    try (ShardedDataset data = ShardedDataset.prepare(images(spark, 3), imageSchema(), 8, 42)) {
      assertThat(data.rdd().map(Shard::size).collect()).containsOnly(0, 1);
      assertThat(data.rdd().map(Shard::size).reduce(Integer::sum)).isEqualTo(3);
    }
  }

  @Test
  void shardsArePersistedUntilTheDataSetIsClosed(SparkSession spark) {
    ShardedDataset data = ShardedDataset.prepare(images(spark, 20), imageSchema(), 4, 42);
    int id = data.rdd().id();
    assertThat(spark.sparkContext().getPersistentRDDs().contains(id)).isTrue();
    // Spark's books are kept by a listener, a little later.
    Awaitility.await().until(() -> cachedPartitions(spark, id) == 4);
    data.close();
    assertThat(spark.sparkContext().getPersistentRDDs().contains(id)).isFalse();
  }

  private static int cachedPartitions(SparkSession spark, int id) {
    for (var info : spark.sparkContext().getRDDStorageInfo()) {
      if (info.id() == id) {
        return info.numCachedPartitions();
      }
    }
    return 0;
  }

  @Test
  void imagesOfMoreThan64KiBAreStored(SparkSession spark) {
    Shape shape = new Shape(3, 160, 160);
    Row[] rows = new Row[6];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = org.apache.spark.sql.RowFactory.create(Examples.pixels(i, shape.size()), i);
    }
    Dataset<Row> table = Examples.table(spark, "image binary, label int", rows);
    ExampleSchema schema = ExampleSchema.of("image", "label", shape, 6);
    String expected = digest(table.coalesce(1), schema, 2);
    assertThat(digest(table.repartition(3), schema, 2)).isEqualTo(expected);
  }

  @Test
  void fewerExamplesThanOneGlobalBatchAreRefused(SparkSession spark) {
    ShardedDataset data = ShardedDataset.prepare(images(spark, 20), imageSchema(), 4, 42);
    assertThat(data.requireGlobalBatch(20)).isSameAs(data);
    assertThatThrownBy(() -> data.requireGlobalBatch(21))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(
            "Invalid data set: 20 examples (one global batch needs 21; lower training.batch-size"
                + " or add data)");
    assertThat(spark.sparkContext().getPersistentRDDs().contains(data.rdd().id())).isFalse();
  }

  @Test
  void aNumberOfShardsOutOfRangeIsRefused(SparkSession spark) {
    Dataset<Row> table = images(spark, 2);
    assertThatThrownBy(() -> ShardedDataset.prepare(table, imageSchema(), 0, 42))
        .hasMessage("Invalid shards: 0 (allowed: 1 to 65536)");
  }
}
