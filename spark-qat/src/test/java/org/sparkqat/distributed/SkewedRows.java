package org.sparkqat.distributed;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkqat.data.EpochOrder;
import org.sparkqat.data.ExampleSchema;
import org.sparkqat.data.Shard;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.quantization.Range;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;

/** Examples of the tiny job's shape, of real numbers whose scale grows from row to row. */
final class SkewedRows {

  static final ExampleSchema SCHEMA = ExampleSchema.of("values", "label", TinyJob.SHAPE, 3);

  /** Largest magnitude of the first row's values; the last row's is a thousand times as large. */
  private static final double SMALLEST = 0.01;

  private static final double GROWTH = 1000;
  private static final long SEED = 7;
  private static final int LEVELS = 1 << 16;
  private static final StructType COLUMNS =
      new StructType()
          .add("values", DataTypes.createArrayType(DataTypes.FloatType, false), false)
          .add("label", DataTypes.IntegerType, false)
          .add("scale", DataTypes.DoubleType, false);

  private SkewedRows() {}

  /** In the order of their scales; the sign of the mean, or none, tells the class. */
  static List<Row> sorted(int examples, int purpose) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      int label = i % 3;
      double scale = SMALLEST * Math.pow(GROWTH, (double) i / (examples - 1));
      List<Float> values = new ArrayList<>();
      for (int p = 0; p < TinyJob.SHAPE.size(); p++) {
        int noise = CounterRandom.bounded(SEED, Purpose.SYNTHETIC, purpose, i, p, LEVELS);
        values.add((float) (scale * (label - 1 + (double) noise / LEVELS) / 2));
      }
      rows.add(RowFactory.create(values, label, scale));
    }
    return rows;
  }

  /** The rows in the order in which they are given. */
  static Dataset<Row> table(SparkSession spark, List<Row> rows) {
    return spark.createDataFrame(rows, COLUMNS);
  }

  /** The rows partitioned and sorted by their scale. */
  static Dataset<Row> byScale(SparkSession spark, List<Row> rows, int partitions) {
    return table(spark, rows)
        .repartitionByRange(partitions, functions.col("scale"))
        .sortWithinPartitions("scale");
  }

  static ShardedDataset data(Dataset<Row> table) {
    return ShardedDataset.prepare(table, SCHEMA, TinyJob.SHARDS, SEED);
  }

  /** All values of such rows, one after another. */
  static float[] values(List<Row> rows) {
    int size = TinyJob.SHAPE.size();
    float[] values = new float[rows.size() * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.get(i / size).<List<Float>>getAs(0).get(i % size);
    }
    return values;
  }

  /** The range of each global batch of an epoch, all of whose values are looked at. */
  static List<Range> batches(ShardedDataset data, long epoch, int steps) {
    List<Range> batches = new ArrayList<>(Collections.nCopies(steps, Range.EMPTY));
    for (byte[] shard : data.rdd().map(shard -> microBatches(shard, epoch, steps)).collect()) {
      ByteBuffer ends = ByteBuffer.wrap(shard);
      batches.replaceAll(range -> range.union(new Range(ends.getFloat(), ends.getFloat())));
    }
    return batches;
  }

  /** The smallest and the largest value of each of a shard's micro-batches. */
  private static byte[] microBatches(Shard shard, long epoch, int steps) {
    EpochOrder order = EpochOrder.of(SEED, epoch, shard.index(), shard.size());
    float[] values = new float[shard.featureSize()];
    ByteBuffer ends = ByteBuffer.allocate(2 * Float.BYTES * steps);
    for (int step = 0; step < steps; step++) {
      Range range = Range.EMPTY;
      for (int i = 0; i < TinyJob.MICRO_BATCH; i++) {
        shard.features(order.index(step * TinyJob.MICRO_BATCH + i), values, 0);
        for (float value : values) {
          range = range.union(new Range(value, value));
        }
      }
      ends.putFloat(range.min()).putFloat(range.max());
    }
    return ends.array();
  }
}
