package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkqat.data.Examples.CLASSES;
import static org.sparkqat.data.Examples.IMAGE;
import static org.sparkqat.data.Examples.imageSchema;
import static org.sparkqat.data.Examples.images;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class PortionTest {

  private static ShardedDataset data(Dataset<Row> table, Portion portion, ExampleSchema schema) {
    return ShardedDataset.prepare(table, portion, schema, 8, 42, ShardStorage.AUTO);
  }

  /** The examples in the order of the shards. */
  private static List<String> contents(Dataset<Row> table, Portion portion, ExampleSchema schema) {
    try (ShardedDataset data = data(table, portion, schema)) {
      List<String> contents = new ArrayList<>();
      for (Shard shard : data.rdd().collect()) {
        for (int i = 0; i < shard.size(); i++) {
          float[] features = new float[shard.featureSize()];
          shard.features(i, features, 0);
          contents.add(shard.label(i) + " " + Arrays.toString(features));
        }
      }
      return contents;
    }
  }

  private static List<String> contents(Dataset<Row> table, Portion portion) {
    return contents(table, portion, imageSchema());
  }

  @Test
  void everyExampleIsHeldOutOrLeftAndTheirNumbersAreThoseOfTheShare(SparkSession spark) {
    Dataset<Row> table = images(spark, 1000);
    List<String> left = contents(table, Portion.withoutHeldOut(0.2));
    List<String> held = contents(table, Portion.heldOut(0.2));
    // Four standard deviations of a draw of each with probability 0.2.
    assertThat(held).hasSizeBetween(150, 250);
    List<String> both = new ArrayList<>(left);
    both.addAll(held);
    assertThat(both).containsExactlyElementsOf(contents(table, Portion.ALL));
  }

  @Test
  void partitionsAndOrderOfTheInputDoNotMatter(SparkSession spark) {
    Dataset<Row> table = images(spark, 100);
    for (Portion portion : List.of(Portion.withoutHeldOut(0.3), Portion.heldOut(0.3))) {
      List<String> expected = contents(table.coalesce(1), portion);
      assertThat(contents(table.repartition(7), portion)).isEqualTo(expected);
      assertThat(contents(table.sort("label", "id"), portion)).isEqualTo(expected);
      assertThat(contents(Examples.reversed(spark, table), portion)).isEqualTo(expected);
    }
  }

  @Test
  void otherRowsDoNotMatter(SparkSession spark) {
    Set<String> few = new TreeSet<>(contents(images(spark, 100), Portion.heldOut(0.3)));
    Set<String> many = new TreeSet<>(contents(images(spark, 200), Portion.heldOut(0.3)));
    assertThat(many).containsAll(few).hasSizeGreaterThan(few.size());
    assertThat(contents(images(spark, 100), Portion.withoutHeldOut(0.3)))
        .doesNotContainAnyElementsOf(many);
  }

  @Test
  void examplesWithOneKeyAreOnOneSide(SparkSession spark) {
    ExampleSchema schema =
        new ExampleSchema(List.of("image"), "label", Optional.of("group"), IMAGE, CLASSES);
    Dataset<Row> table =
        images(spark, 300).withColumn("group", functions.expr("cast(substr(id, 4) as int) div 3"));
    List<String> left = contents(table, Portion.withoutHeldOut(0.4), schema);
    assertThat(left.size() % 3).isZero();
    assertThat(left).hasSizeBetween(90, 270);
  }

  @Test
  void sidesWithoutExamplesAreRefused(SparkSession spark) {
    Dataset<Row> one = images(spark, 1);
    assertThatThrownBy(() -> data(one, Portion.heldOut(1e-9), imageSchema()))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(
            "Invalid data.validation.share: it holds out none of the training rows (raise it, or add rows)");
    assertThatThrownBy(() -> data(one, Portion.withoutHeldOut(1 - 1e-9), imageSchema()))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(
            "Invalid data.validation.share: it holds out every training row (lower it, or add rows)");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, 1.5, Double.NaN, 1e-20})
  void aShareMustLeaveBothSides(double share) {
    assertThatThrownBy(() -> Portion.heldOut(share))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid share: " + share + " (allowed: above 0, below 1, and not less than 1e-16)");
  }

  @Test
  void theBorderIsOnOneSide() {
    for (double share : new double[] {0.1, 0.5, 1.0 / 3, 1e-15, 1 - 1e-15}) {
      for (long high : new long[] {0, 1, Long.MAX_VALUE, Long.MIN_VALUE, -1, -1L << 11}) {
        KeyedExample example = new KeyedExample(high, 0, new byte[0]);
        assertThat(Portion.heldOut(share).holds(example))
            .isNotEqualTo(Portion.withoutHeldOut(share).holds(example));
      }
    }
    KeyedExample middle = new KeyedExample(Long.MIN_VALUE, 0, new byte[0]);
    assertThat(Portion.heldOut(0.5).holds(middle)).isTrue();
  }
}
