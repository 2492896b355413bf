package org.sparkqat.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.ml.image.ImageSchema;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The features of a DataFrame as one column of one of three types (binary, Spark's image struct, or
 * array of float), and the reader of that column.
 */
public final class FeatureColumn {

  private static final String FLOATS = "array<float>";
  private static final Set<String> IMAGE_FIELDS =
      Set.copyOf(Arrays.asList(ImageSchema.columnSchema().fieldNames()));

  private final Column column;
  private final FeatureReader reader;

  private FeatureColumn(Column column, FeatureReader reader) {
    this.column = column;
    this.reader = reader;
  }

  /** Finds the features that {@code schema} names among the columns of {@code table}. */
  public static FeatureColumn of(StructType table, ExampleSchema schema) {
    List<StructField> fields =
        schema.features().stream().map(name -> Columns.find(table, "features", name)).toList();
    return fields.size() == 1 ? single(fields.get(0), schema) : several(fields, schema);
  }

  private static FeatureColumn single(StructField field, ExampleSchema schema) {
    Column column = Columns.column(field);
    DataType type = field.dataType();
    if (type instanceof BinaryType) {
      return new FeatureColumn(column, FeatureReader.binary(schema));
    }
    if (isImage(type)) {
      return new FeatureColumn(column, FeatureReader.image(schema));
    }
    if (type.equals(SQLDataTypes.VectorType())) {
      // The function refuses null, which the reader reports with the name of the column.
      Column floats = org.apache.spark.ml.functions.vector_to_array(column, "float32");
      Column guarded = functions.when(column.isNotNull(), floats);
      return new FeatureColumn(guarded, FeatureReader.floats(schema));
    }
    if (type instanceof ArrayType array && array.elementType() instanceof NumericType) {
      return new FeatureColumn(column.cast(FLOATS), FeatureReader.floats(schema));
    }
    if (type instanceof NumericType) {
      return several(List.of(field), schema);
    }
    throw new InvalidDataException(
        "Invalid features column '%s': type %s (allowed: binary, array of numbers, vector, image, or several numeric columns)"
            .formatted(field.name(), type.simpleString().toLowerCase(Locale.ROOT)));
  }

  private static boolean isImage(DataType type) {
    return type instanceof StructType struct
        && Set.copyOf(Arrays.asList(struct.fieldNames())).equals(IMAGE_FIELDS);
  }

  private static FeatureColumn several(List<StructField> fields, ExampleSchema schema) {
    for (StructField field : fields) {
      if (!(field.dataType() instanceof NumericType)) {
        throw new InvalidDataException(
            "Invalid features column '%s': type %s (several features columns must be numeric)"
                .formatted(field.name(), field.dataType().simpleString()));
      }
    }
    Column[] columns = fields.stream().map(Columns::column).toArray(Column[]::new);
    return new FeatureColumn(functions.array(columns).cast(FLOATS), FeatureReader.floats(schema));
  }

  /** The column to select. */
  public Column column() {
    return column;
  }

  /** What reads the selected column of a row. */
  public FeatureReader reader() {
    return reader;
  }
}
