package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.sparkqat.data.Examples.digest;
import static org.sparkqat.data.Examples.imageSchema;
import static org.sparkqat.data.Examples.images;

import java.io.File;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.testkit.SparkTestKit;
import scala.collection.Iterator;

@ExtendWith(SparkTestKit.class)
class ShardStorageTest {

  private static ShardedDataset onDisk(Dataset<Row> table, ExampleSchema schema) {
    return ShardedDataset.prepare(table, schema, 8, 42, ShardStorage.DISK);
  }

  /** The files that hold shards: Spark itself makes none of this name in these tests. */
  private static List<File> files() {
    List<File> files = new java.util.ArrayList<>();
    Iterator<File> each = SparkEnv.get().blockManager().diskBlockManager().getAllFiles().iterator();
    while (each.hasNext()) {
      File file = each.next();
      if (file.getName().startsWith("temp_local_")) {
        files.add(file);
      }
    }
    return files;
  }

  private static void awaitNoFiles() {
    Awaitility.await()
        .until(
            () -> {
              System.gc();
              return files().isEmpty();
            });
  }

  @Test
  void theStorageChangesNoExampleAndNoPlace(SparkSession spark) {
    Dataset<Row> table = images(spark, 100);
    String expected = digest(table, imageSchema(), 8);
    try (ShardedDataset data = onDisk(table.repartition(5), imageSchema())) {
      assertThat(data.storage()).isEqualTo(ShardStorage.DISK);
      assertThat(digest(data)).isEqualTo(expected);
      assertThat(data.preparation().figures())
          .containsEntry("storage", "disk")
          .containsEntry("examples", 100L)
          .containsEntry("bytesPerExample", 64L)
          .containsEntry("bytes", 6400L);
      assertThat(data.preparation().text())
          .startsWith("100 examples of 64 bytes, 6.3 KiB on local");
    }
    Dataset<Row> vectors = Examples.vectors(spark);
    ExampleSchema schema =
        new ExampleSchema(
            List.of("a", "b", "c"), "label", java.util.Optional.empty(), Examples.VECTOR, 0);
    try (ShardedDataset data = onDisk(vectors, schema)) {
      assertThat(digest(data)).isEqualTo(digest(vectors, schema, 8));
    }
  }

  @Test
  void lostFilesAreMadeAgainAndNoneIsLeftBehind(SparkSession spark) {
    awaitNoFiles();
    ShardedDataset data = onDisk(images(spark, 100), imageSchema());
    String expected = digest(data);
    List<File> first = files();
    assertThat(first).hasSize(8);
    assertThat(first.get(0).delete()).isTrue();
    assertThat(first.get(1).delete()).isTrue();
    assertThat(digest(data)).isEqualTo(expected);
    assertThat(files()).hasSize(8).isNotEqualTo(first);
    data.close();
    data.close();
    awaitNoFiles();
  }

  @Test
  void filesAreUsedAgainByTheGroupsOfAnyNumberOfTasks(SparkSession spark) {
    try (ShardedDataset data = onDisk(images(spark, 50), imageSchema())) {
      List<File> first = files();
      for (int tasks : new int[] {1, 2, 3, 8}) {
        assertThat(data.grouped(tasks).map(Shard::index).collect())
            .containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
      }
      assertThat(files()).containsExactlyInAnyOrderElementsOf(first);
    }
  }

  @Test
  void fewerExamplesThanShardsLeaveEmptyFiles(SparkSession spark) {
    try (ShardedDataset data = onDisk(images(spark, 3), imageSchema())) {
      assertThat(data.rdd().map(Shard::size).reduce(Integer::sum)).isEqualTo(3);
      assertThat(digest(data)).isEqualTo(digest(images(spark, 3), imageSchema(), 8));
    }
  }

  @Test
  void autoChoosesByHalfOfTheFreeMemory() {
    assertThat(StorageMemory.fits(500, 1000)).isTrue();
    assertThat(StorageMemory.fits(501, 1000)).isFalse();
    assertThat(StorageMemory.choose(ShardStorage.AUTO, true, false)).isEqualTo(ShardStorage.MEMORY);
    assertThat(StorageMemory.choose(ShardStorage.AUTO, false, false)).isEqualTo(ShardStorage.DISK);
    assertThat(StorageMemory.choose(ShardStorage.MEMORY, false, false))
        .isEqualTo(ShardStorage.MEMORY);
  }

  @Test
  void dataThatMustBeEncryptedStaysInMemory() {
    assertThat(StorageMemory.choose(ShardStorage.AUTO, false, true)).isEqualTo(ShardStorage.MEMORY);
    assertThatThrownBy(() -> StorageMemory.choose(ShardStorage.DISK, true, true))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "Unsupported data.storage: disk with spark.io.encryption.enabled=true (its files are"
                + " plain; use memory)");
  }
}
