package org.sparkqat.data;

import static org.apache.spark.ml.functions.array_to_vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkqat.data.Examples.CLASSES;
import static org.sparkqat.data.Examples.IMAGE;
import static org.sparkqat.data.Examples.VECTOR;
import static org.sparkqat.data.Examples.digest;
import static org.sparkqat.data.Examples.imageSchema;
import static org.sparkqat.data.Examples.vectorSchema;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class DataSourceTest {

  private static final ExampleSchema THREE_COLUMNS =
      new ExampleSchema(List.of("a", "b", "c"), "label", Optional.empty(), VECTOR, CLASSES);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "orc", "json", "csv"})
  void tablesOfNumbersGiveTheSameShardsInEveryFormat(String format, SparkSession spark) {
    Dataset<Row> table = Examples.vectors(spark);
    String path = folder.resolve("table").toString();
    table.write().format(format).option("header", "true").save(path);
    Dataset<Row> read = new DataSource(path, format, Map.of()).read(spark);
    assertThat(digest(read, THREE_COLUMNS, 4)).isEqualTo(digest(table, THREE_COLUMNS, 4));
  }

  @Test
  void vectorsOfLibsvmGiveTheSameShardsAsColumns(SparkSession spark) throws IOException {
    Dataset<Row> table = Examples.vectors(spark);
    String lines =
        table.collectAsList().stream()
            .map(row -> row.get(3) + " 1:" + row.get(0) + " 2:" + row.get(1) + " 3:" + row.get(2))
            .collect(Collectors.joining("\n"));
    Path file = Files.writeString(folder.resolve("vectors.libsvm"), lines);
    Dataset<Row> read =
        new DataSource(file.toString(), "libsvm", Map.of("numFeatures", "3")).read(spark);
    assertThat(digest(read, vectorSchema("features"), 4))
        .isEqualTo(digest(table, THREE_COLUMNS, 4));
  }

  @Test
  void columnsOfEveryTypeAreReadFromParquet(SparkSession spark) {
    String path = folder.resolve("wide").toString();
    Dataset<Row> table =
        Examples.vectors(spark)
            .withColumn("x", functions.expr("array(a, b, c)"))
            .withColumn("v", array_to_vector(functions.col("x")))
            .withColumn("others", functions.expr("struct(map('k', 1.5BD) m, date'2020-01-01' d)"));
    table.write().parquet(path);
    Dataset<Row> read = DataSource.parquet(path).read(spark);
    assertThat(digest(read, vectorSchema("v"), 4)).isEqualTo(digest(table, THREE_COLUMNS, 4));
  }

  @Test
  void arraysOfAnyNumberGiveTheSameShardsAsColumns(SparkSession spark) {
    Dataset<Row> table = Examples.vectors(spark);
    String expected = digest(table, THREE_COLUMNS, 4);
    for (String type : List.of("array<float>", "array<double>", "array<decimal(12,4)>")) {
      Dataset<Row> arrays =
          table.selectExpr("cast(array(a, b, c) as " + type + ") as x", "cast(label as double)");
      assertThat(digest(arrays, vectorSchema("x"), 4)).isEqualTo(expected);
    }
  }

  @Test
  void encodedImagesGiveTheSameShardsAsRawValues(SparkSession spark) throws IOException {
    Dataset<Row> table = Examples.images(spark, 20);
    String expected = digest(table, imageSchema(), 4);
    writePictures(table);
    String label = "class-([0-9]+)";
    Dataset<Row> files =
        new DataSource(folder.toString(), "binaryFile", Map.of("label-from-path", label))
            .read(spark)
            .withColumnRenamed("content", "image");
    assertThat(digest(files, imageSchema(), 4)).isEqualTo(expected);
    Dataset<Row> images =
        new DataSource(folder.toString(), "image", Map.of("label-from-path", label)).read(spark);
    assertThat(digest(images, imageSchema(), 4)).isEqualTo(expected);
  }

  private void writePictures(Dataset<Row> table) throws IOException {
    for (Row row : table.collectAsList()) {
      byte[] values = row.getAs("image");
      byte[] png =
          Pictures.encode(
              Pictures.picture(values, IMAGE.channels(), IMAGE.dim(1), IMAGE.dim(2)), "png");
      Files.write(folder.resolve(row.getAs("id") + "-class-" + row.getAs("label") + ".png"), png);
    }
  }

  @Test
  void aMissingPathIsNamed(SparkSession spark) {
    String path = folder.resolve("nowhere").toString();
    assertThatThrownBy(() -> DataSource.parquet(path).read(spark))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageStartingWith("Invalid path: " + path + " (no such file or folder on file:///");
  }

  @Test
  void anUnknownFileSystemOrFormatIsNamed(SparkSession spark) {
    assertThatThrownBy(() -> DataSource.parquet("nofs://bucket/x").read(spark))
        .hasMessage("Failed to read nofs://bucket/x as parquet: No FileSystem for scheme \"nofs\"");
    assertThatThrownBy(() -> new DataSource(folder.toString(), "nope", Map.of()).read(spark))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageStartingWith("Failed to read " + folder + " as nope: ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aFileOfAnotherFormatIsNamedInOneLine(SparkSession spark) throws IOException {
    Path file = Files.writeString(folder.resolve("text.parquet"), "this is no Parquet file");
    assertThatThrownBy(() -> DataSource.parquet(file.toString()).read(spark))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageStartingWith("Failed to read " + file + " as parquet: ")
        .hasMessageContaining("is not a Parquet file")
        .hasMessageNotContaining("\n");
  }

  @Test
  void optionsWithoutSenseAreRefused() {
    assertThatThrownBy(() -> new DataSource("x", "image", Map.of("label-from-path", "[0-9]+")))
        .hasMessage("Invalid label-from-path: [0-9]+ (must have one group)");
    assertThatThrownBy(() -> new DataSource("x", "image", Map.of("label-from-path", "([0-9]")))
        .hasMessage("Invalid label-from-path: ([0-9] (Unclosed group)");
    assertThatThrownBy(() -> DataSource.parquet(" "))
        .hasMessage("Invalid path: '' (must name a file or a folder)");
  }
}
