package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class FeatureColumnTest {

  @Test
  void binaryFeaturesOfARowAreRead(SparkSession spark) {
    Dataset<Row> table = Examples.images(spark, 1);
    FeatureColumn feature = FeatureColumn.of(table.schema(), Examples.imageSchema());
    float[] values = new float[feature.reader().size() + 1];
    feature.reader().read(table.select(feature.column()).head(), 0, values, 1);
    byte[] pixels = Examples.pixels(0, feature.reader().size());
    for (int i = 0; i < pixels.length; i++) {
      assertThat(values[i + 1]).isEqualTo(pixels[i] & 0xff);
    }
  }

  @Test
  void numericColumnsOfARowAreReadInTheirOrder(SparkSession spark) {
    Dataset<Row> table =
        Examples.table(spark, "a int, B double, `c.d` float", RowFactory.create(1, 2.5, 3f));
    ExampleSchema schema =
        new ExampleSchema(List.of("c.d", "a", "b"), "label", Optional.empty(), Examples.VECTOR, 2);
    FeatureColumn feature = FeatureColumn.of(table.schema(), schema);
    float[] values = new float[3];
    feature.reader().read(table.select(feature.column()).head(), 0, values, 0);
    assertThat(values).containsExactly(3f, 1f, 2.5f);
  }

  @Test
  void mistakesInARowAreReportedAsInTraining(SparkSession spark) {
    Dataset<Row> table =
        Examples.table(spark, "x array<float>", RowFactory.create((Object) new float[] {1, 2}));
    FeatureColumn feature = FeatureColumn.of(table.schema(), Examples.vectorSchema("x"));
    Row row = table.select(feature.column()).head();
    assertThatThrownBy(() -> feature.reader().read(row, 0, new float[3], 0))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage("Invalid features 'x': 2 values (must be 3, the product of shape)");
  }
}
