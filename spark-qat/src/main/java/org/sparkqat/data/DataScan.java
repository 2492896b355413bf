package org.sparkqat.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.sparkqat.spark.SparkVersioned;

/**
 * What one pass over a table finds before anything is trained on it. Unlike the preparation of a
 * data set it does not stop at the first mistake.
 *
 * @param rows all of them
 * @param badRows rows that a training would refuse
 * @param mistakes some of what is wrong, in alphabetical order
 * @param classes examples of each class; empty for regression
 * @param labelMin smallest label that is a number; infinite when there is none
 * @param labelMax largest label that is a number
 * @param featureMin smallest value of the good features, before normalization
 * @param featureMax largest value of the good features
 * @param exampleBytes what one example takes in memory
 * @param repeatedKeys key values that more than one row has; 0 without a key column
 */
public record DataScan(
    long rows,
    long badRows,
    List<String> mistakes,
    List<Long> classes,
    double labelMin,
    double labelMax,
    double featureMin,
    double featureMax,
    long exampleBytes,
    long repeatedKeys) {

  private static final String KEY = "key";

  public DataScan {
    mistakes = List.copyOf(mistakes);
    classes = List.copyOf(classes);
  }

  /**
   * Scans a table; one Spark job, and another one for a key column.
   *
   * @throws InvalidDataException if a column is missing or of the wrong type
   */
  public static DataScan of(Dataset<Row> table, ExampleSchema schema) {
    StructType columns = table.schema();
    FeatureColumn feature = FeatureColumn.of(columns, schema);
    FeatureReader features = feature.reader();
    LabelReader labels = new LabelReader(schema);
    int classes = schema.classes();
    Column label = LabelReader.column(columns, schema);
    JavaRDD<ScanPart> parts =
        SparkVersioned.internalRows(table.select(feature.column(), label))
            .mapPartitions(
                rows -> {
                  ScanPart part = new ScanPart(classes);
                  ByteBuffer content = ByteBuffer.allocate(features.bytes());
                  rows.forEachRemaining(row -> part.add(row, features, labels, content));
                  return List.of(part).iterator();
                });
    ScanPart all = parts.collect().stream().reduce(new ScanPart(classes), ScanPart::merge);
    return new DataScan(
        all.rows,
        all.badRows,
        all.mistakes().lines().toList(),
        Arrays.stream(all.classes).boxed().toList(),
        all.labelMin,
        all.labelMax,
        all.featureMin,
        all.featureMax,
        (long) features.bytes() + Integer.BYTES,
        schema.key().map(name -> repeated(table, name)).orElse(0L));
  }

  private static long repeated(Dataset<Row> table, String key) {
    return table
        .select(ExampleReader.keyColumn(table.schema(), key).as(KEY))
        .groupBy(KEY)
        .count()
        .where("count > 1")
        .count();
  }
}
