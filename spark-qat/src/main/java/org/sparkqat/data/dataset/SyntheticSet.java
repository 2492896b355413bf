package org.sparkqat.data.dataset;

import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkqat.tensor.Shape;

/**
 * A made-up set that a network can learn, of any size: row r is a function of the seed, the shape,
 * the classes and r, never of partitions or hosts.
 *
 * <p>Columns: {@code id} (bigint, the row's number), {@code features} (array of float) or {@code
 * image} (binary, raw uint8), and {@code label} (int, or float for a regression).
 *
 * @param rows how many, at least 1
 * @param firstRow number of the first; the rows behind those of a training set are a test set
 * @param shape [F], or [C, H, W] for images
 * @param classes 0 for regression, or 2 to 65,536
 * @param seed of everything
 */
public record SyntheticSet(long rows, long firstRow, Shape shape, int classes, long seed) {

  private static final int MAX_CLASSES = 65_536;

  public SyntheticSet {
    if (rows < 1) {
      throw new IllegalArgumentException("Invalid --rows: " + rows + " (must be at least 1)");
    }
    if (firstRow < 0 || firstRow > Long.MAX_VALUE - rows) {
      throw new IllegalArgumentException(
          "Invalid --first-row: %d (allowed: 0 to %d)".formatted(firstRow, Long.MAX_VALUE - rows));
    }
    if (classes < 0 || classes == 1 || classes > MAX_CLASSES) {
      throw new IllegalArgumentException(
          "Invalid --classes: %d (allowed: 0 for regression, or 2 to %d)"
              .formatted(classes, MAX_CLASSES));
    }
    if (rows > Long.MAX_VALUE / bytesPerRow(shape)) {
      throw new IllegalArgumentException(
          "Invalid --rows: " + rows + " (a set of more than 2^63 bytes)");
    }
    if (shape.rank() != 1 && shape.rank() != 3) {
      throw new IllegalArgumentException("Invalid shape: " + shape + " (must be [C, H, W] or [F])");
    }
  }

  /** Whether features are images rather than vectors. */
  public boolean isImages() {
    return shape.rank() == 3;
  }

  /** The column of the features. */
  public String features() {
    return isImages() ? "image" : "features";
  }

  /** Bytes of all rows, uncompressed. */
  public long bytes() {
    return rows * bytesPerRow(shape);
  }

  private static long bytesPerRow(Shape shape) {
    long features = shape.rank() == 3 ? shape.size() : (long) Float.BYTES * shape.size();
    return features + Integer.BYTES + Long.BYTES;
  }

  /** The rows in the order of their numbers. */
  public Dataset<Row> table(SparkSession session, int partitions) {
    StructType columns = columns();
    SyntheticRows examples = examples();
    boolean isRegression = classes == 0;
    MapFunction<Long, Row> generate =
        number -> {
          SyntheticRows.Example example = examples.row(number);
          Object label =
              isRegression ? (Object) (float) example.label() : (Object) (int) example.label();
          return RowFactory.create(number, example.features(), label);
        };
    return session
        .range(firstRow, firstRow + rows, 1, partitions)
        .map(generate, Encoders.row(columns));
  }

  private SyntheticRows examples() {
    SyntheticDraws draws = new SyntheticDraws(seed);
    return isImages()
        ? new SyntheticImages(draws, shape.dim(0), shape.dim(1), shape.dim(2), classes)
        : new SyntheticVectors(draws, shape.size(), classes);
  }

  private StructType columns() {
    DataType features =
        isImages() ? DataTypes.BinaryType : DataTypes.createArrayType(DataTypes.FloatType, false);
    DataType label = classes == 0 ? DataTypes.FloatType : DataTypes.IntegerType;
    return new StructType()
        .add("id", DataTypes.LongType, false)
        .add(features(), features, false)
        .add("label", label, false);
  }
}
