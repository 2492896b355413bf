package org.sparkqat.data;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Finds columns by name, as Spark does: without regard to case. */
final class Columns {

  private Columns() {}

  static StructField find(StructType table, String role, String name) {
    for (StructField field : table.fields()) {
      if (field.name().equalsIgnoreCase(name)) {
        return field;
      }
    }
    throw new InvalidDataException(
        "Invalid %s: no column '%s' (columns: %s)"
            .formatted(role, name, String.join(", ", table.fieldNames())));
  }

  static Column column(StructField field) {
    return functions.col("`" + field.name().replace("`", "``") + "`");
  }
}
