package org.sparkqat.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.data.InvalidDataException;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class ImageSetImportTest {

  @TempDir private Path folder;

  @Test
  void sparkReadsWhatWasWrittenInItsOrder(SparkSession spark) throws IOException {
    writeBatches();
    importer("out").execute(new Configuration());
    Dataset<Row> train = spark.read().parquet(folder.resolve("out/train.parquet").toString());
    assertThat(train.schema().toDDL()).isEqualTo("image BINARY,label INT");
    List<Row> rows = train.collectAsList();
    assertThat(rows.stream().map(row -> row.getInt(1)).toList()).containsExactly(1, 2, 3, 4, 5);
    assertThat(rows.get(2).<byte[]>getAs(0)).hasSize(3072).containsOnly(30);
    assertThat(spark.read().parquet(folder.resolve("out/test.parquet").toString()).count())
        .isEqualTo(1);
  }

  @Test
  void theSameImagesGiveTheSameBytes() throws IOException {
    writeBatches();
    importer("first").execute(new Configuration());
    importer("second").execute(new Configuration());
    String part = "train.parquet/part-00000.zstd.parquet";
    assertThat(folder.resolve("first/" + part))
        .hasSameBinaryContentAs(folder.resolve("second/" + part));
  }

  @Test
  void anExistingSetIsLeftAlone() throws IOException {
    Path test = Files.createDirectories(folder.resolve("out/test.parquet"));
    assertThatThrownBy(() -> importer("out").execute(new Configuration()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid output: " + test + " exists (delete it, or choose another folder)");
    assertThat(folder.resolve("out/train.parquet")).doesNotExist();
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> importer("out").execute(new Configuration()))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(
            "Invalid folder: " + folder + " (cifar10-binary needs the file data_batch_1.bin)");
  }

  private ImageSetImport importer(String to) {
    return new ImageSetImport(
        PublishedFormat.CIFAR10_BINARY,
        folder,
        new org.apache.hadoop.fs.Path(folder.resolve(to).toString()),
        OptionalInt.empty(),
        OptionalInt.empty(),
        42);
  }

  private void writeBatches() throws IOException {
    for (int batch = 1; batch <= 6; batch++) {
      byte[] pixels = new byte[3073];
      Arrays.fill(pixels, (byte) (10 * batch));
      pixels[0] = (byte) batch;
      String name = batch < 6 ? "data_batch_" + batch : "test_batch";
      Files.write(folder.resolve(name + ".bin"), pixels);
    }
  }

  @Test
  void theSampleInTheRepositoryIsWhole(SparkSession spark) {
    Path sample = CommandLine.projectFolder().resolve("datasets/mnist-sample");
    assertSample(spark, sample.resolve("train.parquet"), 12_000);
    assertSample(spark, sample.resolve("test.parquet"), 2_000);
  }

  private static void assertSample(SparkSession spark, Path path, int count) {
    Dataset<Row> table = spark.read().parquet(path.toString());
    assertThat(table.count()).isEqualTo(count);
    assertThat(table.where("length(image) = 784 and label between 0 and 9").count())
        .isEqualTo(count);
    for (Row row : table.groupBy("label").count().collectAsList()) {
      assertThat(row.getLong(1)).isBetween(count * 7L / 100, count * 13L / 100);
    }
  }
}
