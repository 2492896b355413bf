package org.sparkqat.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;
import org.jspecify.annotations.Nullable;
import org.sparkqat.spark.SparkVersioned;

/**
 * Reads, checks and keys the examples of a DataFrame. Works on Spark's internal rows, since those
 * give arrays without a boxed object for each value.
 *
 * <p>The key is the first half of SHA-256(seed, key column), or of SHA-256(seed, content).
 */
final class ExampleReader implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final int FEATURES = 0;
  private static final int LABEL = 1;
  private static final int KEY = 2;
  private static final Set<String> KEY_TYPES =
      Set.of("string", "tinyint", "smallint", "int", "bigint", "binary");

  private final FeatureReader features;
  private final LabelReader labels;
  private final @Nullable String keyName;
  private final long seed;

  private ExampleReader(FeatureReader features, ExampleSchema schema, long seed) {
    this.features = features;
    this.labels = new LabelReader(schema);
    this.keyName = schema.key().orElse(null);
    this.seed = seed;
  }

  /** Examples of a DataFrame in the order of its partitions, and the way that they are stored. */
  record Examples(JavaRDD<KeyedExample> rdd, ExampleLayout layout) {}

  /**
   * Reads the examples of a DataFrame. A task that meets a mistake adds its message to {@code
   * mistakes} and stops reading its partition: a failed task would be tried again in vain, and
   * would print a stack trace.
   */
  static Examples read(
      Dataset<Row> table, ExampleSchema schema, long seed, CollectionAccumulator<String> mistakes) {
    StructType columns = table.schema();
    FeatureColumn feature = FeatureColumn.of(columns, schema);
    Column label = LabelReader.column(columns, schema);
    Column key = schema.key().map(name -> keyColumn(columns, name)).orElse(functions.lit(null));
    ExampleReader reader = new ExampleReader(feature.reader(), schema, seed);
    JavaRDD<KeyedExample> rdd =
        SparkVersioned.internalRows(table.select(feature.column(), label, key))
            .mapPartitions(rows -> reader.new Reading(rows, mistakes));
    return new Examples(
        rdd,
        new ExampleLayout(
            feature.reader().size(), feature.reader().isUint8(), schema.isRegression()));
  }

  static Column keyColumn(StructType columns, String name) {
    StructField field = Columns.find(columns, "key", name);
    String type = field.dataType().simpleString().toLowerCase(Locale.ROOT);
    if (!KEY_TYPES.contains(type)) {
      throw new InvalidDataException(
          "Invalid key column '%s': type %s (must be a string, an integer or binary)"
              .formatted(field.name(), type));
    }
    Column column = Columns.column(field);
    return field.dataType() instanceof BinaryType ? column : column.cast("string").cast("binary");
  }

  private KeyedExample read(InternalRow row, MessageDigest digest) {
    ByteBuffer content = ByteBuffer.allocate(features.bytes() + Integer.BYTES);
    features.read(row, FEATURES, content);
    content.putInt(labels.read(row, LABEL));
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).flip());
    digest.update(keyName == null ? content.array() : key(row));
    ByteBuffer hash = ByteBuffer.wrap(digest.digest());
    return new KeyedExample(hash.getLong(), hash.getLong(), content.array());
  }

  private byte[] key(InternalRow row) {
    if (row.isNullAt(KEY)) {
      throw new InvalidDataException(
          "Invalid key '" + keyName + "': null (every example needs a key)");
    }
    return row.getBinary(KEY);
  }

  /** Reads one partition; ends at the first mistake. */
  private final class Reading implements Iterator<KeyedExample> {
    private final Iterator<InternalRow> rows;
    private final CollectionAccumulator<String> mistakes;
    private final MessageDigest digest = sha256();
    private @Nullable KeyedExample next;

    private Reading(Iterator<InternalRow> rows, CollectionAccumulator<String> mistakes) {
      this.rows = rows;
      this.mistakes = mistakes;
      advance();
    }

    private void advance() {
      next = null;
      try {
        if (rows.hasNext()) {
          next = read(rows.next(), digest);
        }
      } catch (InvalidDataException e) {
        mistakes.add(e.getMessage());
      }
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public KeyedExample next() {
      KeyedExample current = next;
      if (current == null) {
        throw new NoSuchElementException();
      }
      advance();
      return current;
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Cannot hash: this Java has no SHA-256", e);
    }
  }
}
