package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkqat.data.Examples.VECTOR;
import static org.sparkqat.data.Examples.table;
import static org.sparkqat.data.Examples.vectorSchema;

import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.tensor.Shape;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class InvalidExamplesTest {

  private static final String VECTORS = "x array<double>, label double";

  @Test
  void aMissingFeaturesColumnIsNamedWithThoseThereAre(SparkSession spark) {
    assertInvalid(
        table(spark, "a int, label int", RowFactory.create(1, 1)),
        vectorSchema("x"),
        "Invalid features: no column 'x' (columns: a, label)");
  }

  @Test
  void aMissingLabelColumnIsNamed(SparkSession spark) {
    assertInvalid(
        table(spark, "x array<int>, y int", RowFactory.create(new int[] {1, 2, 3}, 1)),
        vectorSchema("x"),
        "Invalid label: no column 'label' (columns: x, y)");
  }

  @Test
  void featuresOfAWrongTypeAreRefused(SparkSession spark) {
    assertInvalid(
        table(spark, "x string, label int", RowFactory.create("a", 1)),
        vectorSchema("x"),
        "Invalid features column 'x': type string (allowed: binary, array of numbers, vector,"
            + " image, or several numeric columns)");
    assertInvalid(
        table(spark, "x array<string>, label int", RowFactory.create(new String[] {"a"}, 1)),
        vectorSchema("x"),
        "Invalid features column 'x': type array<string> (allowed: binary, array of numbers,"
            + " vector, image, or several numeric columns)");
    assertInvalid(
        table(spark, "a int, b string, c int, label int", RowFactory.create(1, "2", 3, 1)),
        new ExampleSchema(List.of("a", "b", "c"), "label", Optional.empty(), VECTOR, 2),
        "Invalid features column 'b': type string (several features columns must be numeric)");
  }

  @Test
  void featuresOfVaryingLengthAreRefused(SparkSession spark) {
    assertInvalid(
        table(spark, VECTORS, vector(0, 1, 2, 3), vector(0, 1, 2)),
        vectorSchema("x"),
        "Invalid features 'x': 2 values (must be 3, the product of shape)");
    assertInvalid(
        table(spark, "x binary, label int", RowFactory.create(new byte[4], 0)),
        ExampleSchema.of("x", "label", new Shape(5), 2),
        "Invalid features 'x': 4 bytes (must be 5, raw values of shape [5])");
  }

  @Test
  void nullFeaturesAreRefused(SparkSession spark) {
    assertInvalid(
        table(spark, VECTORS, vector(0, 1, 2, 3), RowFactory.create(null, 0d)),
        vectorSchema("x"),
        "Invalid features 'x': null (every example needs features; filter such rows)");
    assertInvalid(
        table(spark, VECTORS, RowFactory.create(new Double[] {1d, null, 2d}, 0d)),
        vectorSchema("x"),
        "Invalid features 'x' at index 1: null (fill or filter missing values)");
    assertInvalid(
        table(spark, "a int, b int, c int, label int", RowFactory.create(1, 2, null, 0)),
        new ExampleSchema(List.of("a", "b", "c"), "label", Optional.empty(), VECTOR, 2),
        "Invalid features 'c': null (fill or filter missing values)");
  }

  @Test
  void featuresThatAreNotFiniteAreRefused(SparkSession spark) {
    assertInvalid(
        table(spark, VECTORS, vector(0, 1, 2, Double.NaN)),
        vectorSchema("x"),
        "Invalid features 'x' at index 2: NaN (must be finite)");
    assertInvalid(
        table(spark, VECTORS, vector(0, Double.NEGATIVE_INFINITY, 2, 3)),
        vectorSchema("x"),
        "Invalid features 'x' at index 0: -Infinity (must be finite)");
  }

  @Test
  void labelsThatAreNoClassAreRefused(SparkSession spark) {
    assertInvalidLabel(spark, null, "null (must be an integer from 0 to 6)");
    assertInvalidLabel(spark, 2.5, "2.5 (must be an integer from 0 to 6)");
    assertInvalidLabel(spark, Double.NaN, "NaN (must be an integer from 0 to 6)");
    assertInvalidLabel(spark, 1e12, "1.0E12 (must be an integer from 0 to 6)");
    assertInvalidLabel(spark, -1d, "-1 (must be an integer from 0 to 6)");
    assertInvalidLabel(spark, 7d, "7 (must be an integer from 0 to 6)");
  }

  private static void assertInvalidLabel(SparkSession spark, Double label, String message) {
    assertInvalid(
        table(spark, VECTORS, RowFactory.create(new double[] {1, 2, 3}, label)),
        vectorSchema("x"),
        "Invalid label 'label': " + message);
  }

  @Test
  void labelsOfAWrongTypeAreRefused(SparkSession spark) {
    assertInvalid(
        table(spark, "x array<int>, label string", RowFactory.create(new int[] {1, 2, 3}, "1")),
        vectorSchema("x"),
        "Invalid label column 'label': type string (must be numeric)");
  }

  @Test
  void targetsThatAreNotFiniteAreRefused(SparkSession spark) {
    assertInvalid(
        table(spark, VECTORS, vector(Double.POSITIVE_INFINITY, 1, 2, 3)),
        ExampleSchema.of("x", "label", VECTOR, 0),
        "Invalid label 'label': Infinity (must be a finite number)");
  }

  @Test
  void keysMustBePresentAndOfATypeWithOneSpelling(SparkSession spark) {
    ExampleSchema schema = new ExampleSchema(List.of("x"), "label", Optional.of("k"), VECTOR, 2);
    assertInvalid(
        table(spark, "x array<int>, label int, k double", RowFactory.create(new int[3], 1, 1d)),
        schema,
        "Invalid key column 'k': type double (must be a string, an integer or binary)");
    assertInvalid(
        table(spark, "x array<int>, label int, k string", RowFactory.create(new int[3], 1, null)),
        schema,
        "Invalid key 'k': null (every example needs a key)");
  }

  @Test
  void anEmptyDataSetIsRefused(SparkSession spark) {
    assertInvalid(
        table(spark, VECTORS),
        vectorSchema("x"),
        "Invalid data set: it is empty (at least 1 row is needed)");
  }

  @Test
  void imagesOfAnotherSizeOrNoImagesAreRefused(SparkSession spark) {
    ExampleSchema schema = ExampleSchema.of("x", "label", new Shape(1, 2, 2), 2);
    assertInvalid(
        table(spark, "x binary, label int", RowFactory.create(new byte[3], 0)),
        schema,
        "Invalid features 'x': 3 bytes (must be 4, raw values of shape [1, 2, 2], or a PNG, JPEG,"
            + " BMP or GIF image)");
    assertInvalid(
        table(spark, "x binary, label int", RowFactory.create(Pictures.png(3, 5), 0)),
        schema,
        "Invalid features 'x': image of 5 x 3 pixels (must be 2 x 2, height x width of shape"
            + " [1, 2, 2])");
  }

  @Test
  void aDescriptionThatCannotBeIsRefused() {
    assertThatThrownBy(() -> ExampleSchema.of("x", "label", VECTOR, 1))
        .hasMessage("Invalid classes: 1 (allowed: 0 for regression, or at least 2)");
    assertThatThrownBy(() -> new ExampleSchema(List.of(), "label", Optional.empty(), VECTOR, 2))
        .hasMessage("Invalid features: [] (must name one column or more)");
    assertThatThrownBy(
            () -> new ExampleSchema(List.of("a", "b"), "label", Optional.empty(), VECTOR, 2))
        .hasMessage("Invalid features: 2 columns (shape [3] needs 3)");
    assertThatThrownBy(() -> ExampleSchema.of("x", "label", new Shape(2, 2), 2))
        .hasMessage("Invalid shape: [2, 2] (must be [C, H, W] or [F])");
  }

  private static Row vector(double label, double... values) {
    return RowFactory.create(values, label);
  }

  private static void assertInvalid(Dataset<Row> table, ExampleSchema schema, String message) {
    assertThatThrownBy(() -> ShardedDataset.prepare(table, schema, 4, 42))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(message)
        .hasNoCause();
  }
}
