package org.sparkqat.data.dataset;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * Writes a synthetic set with Spark.
 *
 * @param format parquet, orc, json or csv, which has a column for each feature
 * @param partitions files to write; empty: one for each 128 MiB, and at least one a slot
 */
public record SyntheticFiles(
    SyntheticSet set, String format, RowOrder order, OptionalInt partitions) {

  /** In which order rows lie in the files. */
  public enum RowOrder {
    BY_NUMBER,
    /** What distributed training suffers from most: a task sees one class. */
    BY_LABEL
  }

  private static final List<String> FORMATS = List.of("parquet", "orc", "json", "csv");
  private static final List<String> IMAGE_FORMATS = FORMATS.subList(0, 2);
  private static final long PARTITION_BYTES = 128L << 20;
  private static final int MAX_PARTITIONS = 1_000_000;

  public SyntheticFiles {
    if (!FORMATS.contains(format)) {
      throw new IllegalArgumentException(
          "Invalid --format: %s (allowed: %s)".formatted(format, String.join(", ", FORMATS)));
    }
    if (set.isImages() && !IMAGE_FORMATS.contains(format)) {
      throw new IllegalArgumentException(
          "Invalid --format: %s (allowed for images: %s)"
              .formatted(format, String.join(", ", IMAGE_FORMATS)));
    }
    if (partitions.isPresent()
        && (partitions.getAsInt() < 1 || partitions.getAsInt() > MAX_PARTITIONS)) {
      throw new IllegalArgumentException(
          "Invalid --partitions: %d (allowed: 1 to %d)"
              .formatted(partitions.getAsInt(), MAX_PARTITIONS));
    }
  }

  /** Writes to a folder, which must not exist. */
  public void write(SparkSession session, String folder) {
    int files = partitions.orElseGet(() -> usual(session.sparkContext().defaultParallelism()));
    Dataset<Row> table = ordered(set.table(session, files), files);
    columns(table).write().format(format).option("header", "true").save(folder);
  }

  private int usual(int slots) {
    long bySize = set.bytes() / PARTITION_BYTES + 1;
    return (int) Math.min(Math.max(bySize, Math.min(slots, set.rows())), MAX_PARTITIONS);
  }

  private Dataset<Row> ordered(Dataset<Row> table, int files) {
    if (order == RowOrder.BY_NUMBER) {
      return table;
    }
    // By number too: the order is then one, and a class may span files.
    Column[] keys = {functions.col("label"), functions.col("id")};
    return table.repartitionByRange(files, keys).sortWithinPartitions(keys);
  }

  private Dataset<Row> columns(Dataset<Row> table) {
    if (!format.equals("csv")) {
      return table;
    }
    Column features = functions.col(set.features());
    Stream<Column> each =
        IntStream.range(0, set.shape().size()).mapToObj(i -> features.getItem(i).as("f" + i));
    return table.select(
        Stream.of(Stream.of(functions.col("id")), each, Stream.of(functions.col("label")))
            .flatMap(columns -> columns)
            .toArray(Column[]::new));
  }
}
