package org.sparkqat.data;

import java.io.Serializable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Reads and checks the label of one row: a class as int, or a regression target as float. */
final class LabelReader implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String name;
  private final int classes;

  LabelReader(ExampleSchema schema) {
    this.name = schema.label();
    this.classes = schema.classes();
  }

  /** The label of a DataFrame as a column of double. */
  static Column column(StructType table, ExampleSchema schema) {
    StructField field = Columns.find(table, "label", schema.label());
    boolean isNumber =
        field.dataType() instanceof NumericType || field.dataType() instanceof BooleanType;
    if (!isNumber) {
      throw new InvalidDataException(
          "Invalid label column '%s': type %s (must be numeric)"
              .formatted(field.name(), field.dataType().simpleString()));
    }
    return Columns.column(field).cast("double");
  }

  /** The class, or the bits of the target as a float. */
  int read(InternalRow row, int position) {
    if (row.isNullAt(position)) {
      throw invalid("null");
    }
    double value = row.getDouble(position);
    if (classes == 0) {
      float target = (float) value;
      if (!Float.isFinite(target)) {
        throw invalid(Double.toString(value));
      }
      return Float.floatToIntBits(target);
    }
    int label = (int) value;
    if (label != value) {
      throw invalid(Double.toString(value));
    }
    if (label < 0 || label >= classes) {
      throw invalid(Integer.toString(label));
    }
    return label;
  }

  private InvalidDataException invalid(String value) {
    String allowed =
        classes == 0 ? "must be a finite number" : "must be an integer from 0 to " + (classes - 1);
    return new InvalidDataException("Invalid label '%s': %s (%s)".formatted(name, value, allowed));
  }
}
