package org.sparkqat.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.data.dataset.SyntheticFiles.RowOrder;
import org.sparkqat.tensor.Shape;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class SyntheticFilesTest {

  private static final SyntheticSet VECTORS = new SyntheticSet(50, 0, new Shape(2), 3, 1);
  private static final SyntheticSet IMAGES = new SyntheticSet(50, 0, new Shape(1, 2, 2), 3, 1);

  @TempDir private Path folder;

  private String write(SparkSession session, SyntheticSet set, String format, RowOrder order) {
    String target = folder.resolve(format + order).toString();
    new SyntheticFiles(set, format, order, OptionalInt.of(3)).write(session, target);
    return target;
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "orc", "json"})
  void everyFormatHoldsTheSameRows(String format, SparkSession session) throws IOException {
    String path = write(session, VECTORS, format, RowOrder.BY_NUMBER);
    Dataset<Row> expected = VECTORS.table(session, 1);
    Dataset<Row> found =
        session.read().schema(expected.schema()).format(format).load(path).orderBy("id");
    assertThat(found.collectAsList().toString()).isEqualTo(expected.collectAsList().toString());
    assertThat(parts(path)).hasSize(3);
  }

  @Test
  void csvHasAColumnForEachFeature(SparkSession session) {
    String path = write(session, VECTORS, "csv", RowOrder.BY_NUMBER);
    Dataset<Row> table = session.read().option("header", "true").csv(path);
    assertThat(table.columns()).containsExactly("id", "f0", "f1", "label");
    assertThat(table.count()).isEqualTo(50);
  }

  @Test
  void sortedFilesHoldTheSameRowsWithOneClassBehindTheOther(SparkSession session)
      throws IOException {
    String path = write(session, IMAGES, "parquet", RowOrder.BY_LABEL);
    Dataset<Row> table = session.read().parquet(path);
    assertThat(table.orderBy("id").selectExpr("id", "hex(image)", "label").collectAsList())
        .isEqualTo(
            IMAGES.table(session, 1).selectExpr("id", "hex(image)", "label").collectAsList());
    List<Row> labels = new ArrayList<>();
    for (Path part : parts(path)) {
      labels.addAll(session.read().parquet(part.toString()).select("label").collectAsList());
    }
    assertThat(labels)
        .hasSize(50)
        .isSortedAccordingTo((a, b) -> Integer.compare(a.getInt(0), b.getInt(0)));
  }

  private static List<Path> parts(String path) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(path))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("part-"))
          .sorted()
          .toList();
    }
  }

  @Test
  void aFormatThatCannotHoldTheSetIsInvalid() {
    assertThatThrownBy(
            () -> new SyntheticFiles(VECTORS, "xlsx", RowOrder.BY_NUMBER, OptionalInt.empty()))
        .hasMessage("Invalid --format: xlsx (allowed: parquet, orc, json, csv)");
    assertThatThrownBy(
            () -> new SyntheticFiles(IMAGES, "csv", RowOrder.BY_NUMBER, OptionalInt.empty()))
        .hasMessage("Invalid --format: csv (allowed for images: parquet, orc)");
    assertThatThrownBy(
            () -> new SyntheticFiles(IMAGES, "orc", RowOrder.BY_NUMBER, OptionalInt.of(0)))
        .hasMessage("Invalid --partitions: 0 (allowed: 1 to 1000000)");
  }
}
