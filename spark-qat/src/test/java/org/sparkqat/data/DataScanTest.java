package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.tensor.Shape;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class DataScanTest {

  private static final StructType COLUMNS =
      new StructType()
          .add("features", DataTypes.createArrayType(DataTypes.FloatType))
          .add("label", DataTypes.DoubleType)
          .add("id", DataTypes.LongType);

  private static Row row(Object label, long id, Float... features) {
    return RowFactory.create(features == null ? null : Arrays.asList(features), label, id);
  }

  private static List<Row> good() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      rows.add(row((double) (i % 4 == 0 ? 2 : 0), i, (float) i, -1.5f));
    }
    return rows;
  }

  private static Dataset<Row> table(SparkSession spark, List<Row> rows) {
    return spark.createDataFrame(rows, COLUMNS).repartition(3);
  }

  private static ExampleSchema schema(int classes, Optional<String> key) {
    return new ExampleSchema(List.of("features"), "label", key, new Shape(2), classes);
  }

  @Test
  void goodRowsAreCountedByClass(SparkSession spark) {
    DataScan scan = DataScan.of(table(spark, good()), schema(3, Optional.of("id")));
    assertThat(scan)
        .isEqualTo(new DataScan(20, 0, List.of(), List.of(15L, 0L, 5L), 0, 2, -1.5, 19, 12, 0));
  }

  @Test
  void everyBadRowIsCountedAndTheFirstMistakesAreTold(SparkSession spark) {
    List<Row> rows = good();
    rows.add(row(3.0, 100, 1f, 1f));
    rows.add(row(-1.0, 101, 1f, 1f));
    rows.add(row(0.5, 102, 1f, 1f));
    rows.add(row(null, 103, 1f, 1f));
    rows.add(row(1.0, 104, 1f, Float.NaN));
    rows.add(row(1.0, 105, Float.POSITIVE_INFINITY, 1f));
    rows.add(row(1.0, 106, 1f));
    rows.add(row(7.0, 107, 1f, null));
    DataScan scan = DataScan.of(table(spark, rows), schema(3, Optional.empty()));
    assertThat(scan.rows()).isEqualTo(28);
    assertThat(scan.badRows()).isEqualTo(8);
    assertThat(scan.mistakes())
        .hasSize(5)
        .isSorted()
        .allMatch(mistake -> mistake.startsWith("Invalid "))
        .anyMatch(mistake -> mistake.contains("NaN"))
        .anyMatch(mistake -> mistake.contains("Infinity"));
    assertThat(scan.labelMin()).isEqualTo(-1);
    assertThat(scan.labelMax()).isEqualTo(7);
    assertThat(scan.classes()).containsExactly(15L, 3L, 5L);
  }

  @Test
  void theOrderOfTheRowsChangesNothing(SparkSession spark) {
    List<Row> rows = good();
    for (int i = 0; i < 9; i++) {
      rows.add(row(100.0 + i, 200 + i, 1f, 1f));
    }
    DataScan one = DataScan.of(table(spark, rows).coalesce(1), schema(3, Optional.empty()));
    DataScan many = DataScan.of(table(spark, rows).repartition(7), schema(3, Optional.empty()));
    assertThat(many).isEqualTo(one);
  }

  @Test
  void keysOfSeveralRowsAreCountedOnce(SparkSession spark) {
    List<Row> rows = good();
    rows.add(row(0.0, 3, 9f, 9f));
    rows.add(row(0.0, 3, 8f, 8f));
    rows.add(row(0.0, 5, 7f, 7f));
    assertThat(DataScan.of(table(spark, rows), schema(3, Optional.of("id"))).repeatedKeys())
        .isEqualTo(2);
  }

  @Test
  void anEmptyTableHasNoRows(SparkSession spark) {
    DataScan scan = DataScan.of(table(spark, List.of()), schema(0, Optional.of("id")));
    assertThat(scan.rows()).isZero();
    assertThat(scan.labelMin()).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void aMissingColumnIsNamed(SparkSession spark) {
    ExampleSchema other =
        new ExampleSchema(List.of("pixels"), "label", Optional.empty(), new Shape(2), 3);
    assertThatThrownBy(() -> DataScan.of(table(spark, good()), other))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("no column 'pixels'");
  }
}
