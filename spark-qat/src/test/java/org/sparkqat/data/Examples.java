package org.sparkqat.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;
import org.sparkqat.tensor.Shape;

/** Small data sets for tests, and what is compared of a sharded one. */
final class Examples {

  static final Shape IMAGE = new Shape(3, 4, 5);
  static final Shape VECTOR = new Shape(3);
  static final int CLASSES = 7;

  private Examples() {}

  static Dataset<Row> table(SparkSession spark, String ddl, Row... rows) {
    return spark.createDataFrame(List.of(rows), StructType.fromDDL(ddl));
  }

  static byte[] pixels(int example, int size) {
    byte[] values = new byte[size];
    for (int i = 0; i < size; i++) {
      values[i] = (byte) CounterRandom.bits(1, Purpose.SYNTHETIC, example, i, 0);
    }
    return values;
  }

  /** Columns image (raw bytes), label, id. */
  static Dataset<Row> images(SparkSession spark, int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(RowFactory.create(pixels(i, IMAGE.size()), i % CLASSES, "id-" + i));
    }
    return spark.createDataFrame(rows, StructType.fromDDL("image binary, label int, id string"));
  }

  /** Columns a, b, c (float) and label; with 16 examples, since a vector file counts from 1. */
  static Dataset<Row> vectors(SparkSession spark) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      rows.add(RowFactory.create(i * 0.5f, -i + 0.25f, i * i + 1f, i % CLASSES));
    }
    return spark.createDataFrame(rows, StructType.fromDDL("a float, b float, c float, label int"));
  }

  static ExampleSchema imageSchema() {
    return ExampleSchema.of("image", "label", IMAGE, CLASSES);
  }

  static ExampleSchema vectorSchema(String features) {
    return ExampleSchema.of(features, "label", VECTOR, CLASSES);
  }

  /** A hash of every shard: its place, its examples in their order, and their labels. */
  static String digest(Dataset<Row> table, ExampleSchema schema, int shards) {
    return digest(table, schema, shards, 42);
  }

  static String digest(Dataset<Row> table, ExampleSchema schema, int shards, long seed) {
    try (ShardedDataset data = ShardedDataset.prepare(table, schema, shards, seed)) {
      return digest(data);
    }
  }

  static String digest(ShardedDataset data) {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      data.rdd().map(Examples::bytes).collect().forEach(hash::update);
      return HexFormat.of().formatHex(hash.digest());
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  static byte[] bytes(Shard shard) {
    int exampleBytes = Float.BYTES * (shard.featureSize() + 1);
    ByteBuffer buffer = ByteBuffer.allocate(8 + shard.size() * exampleBytes);
    buffer.putInt(shard.index()).putInt(shard.size());
    float[] features = new float[shard.featureSize()];
    for (int example = 0; example < shard.size(); example++) {
      shard.features(example, features, 0);
      for (float value : features) {
        buffer.putFloat(value);
      }
      buffer.putFloat(shard.target(example));
    }
    return buffer.array();
  }

  static Dataset<Row> reversed(SparkSession spark, Dataset<Row> table) {
    List<Row> rows = new ArrayList<>(table.collectAsList());
    Collections.reverse(rows);
    return spark.createDataFrame(rows, table.schema());
  }
}
