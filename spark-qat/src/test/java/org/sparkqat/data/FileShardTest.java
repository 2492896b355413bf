package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileShardTest {

  @TempDir private Path folder;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private static byte[] content(ExampleLayout layout, Random random) {
    ByteBuffer content = ByteBuffer.allocate(layout.exampleBytes());
    random.nextBytes(content.array());
    if (!layout.isUint8()) {
      for (int i = 0; i < layout.featureSize(); i++) {
        content.putFloat(i * Float.BYTES, (float) random.nextGaussian());
      }
    }
    int label =
        layout.isRegression() ? Float.floatToIntBits(random.nextFloat()) : random.nextInt(9);
    return content.putInt(layout.exampleBytes() - Integer.BYTES, label).array();
  }

  /** The same examples in the heap, with those of the file written. */
  private HeapShard examples(ExampleLayout layout, int size, Random random) {
    HeapShard.Builder builder = new HeapShard.Builder(layout, 3, size);
    for (int i = 0; i < size; i++) {
      byte[] content = content(layout, random);
      builder.add(content);
      bytes.writeBytes(content);
    }
    return builder.build();
  }

  private Path file() throws IOException {
    return Files.write(folder.resolve("shard"), bytes.toByteArray());
  }

  @ParameterizedTest
  @CsvSource({
    "1, true, false, 1",
    "3, false, true, 100",
    "784, true, false, 300",
    "5, false, false, 7000",
    "70000, true, true, 5",
    "33000, false, false, 3",
  })
  void aFileHoldsTheSameExamplesAsTheHeapInAnyOrder(
      int features, boolean isUint8, boolean isRegression, int size) throws IOException {
    long seed = Long.getLong("test.seed", 1);
    System.out.println("test.seed " + seed);
    Random random = new Random(seed);
    HeapShard heap = examples(new ExampleLayout(features, isUint8, isRegression), size, random);
    try (FileShard shard =
        new FileShard(3, size, new ExampleLayout(features, isUint8, isRegression), file())) {
      assertThat(Examples.bytes(shard)).isEqualTo(Examples.bytes(heap));
      assertThat(Examples.bytes(shard)).isEqualTo(Examples.bytes(heap));
      for (int i = 0; i < 1000; i++) {
        requireSame(heap, shard, random.nextInt(size));
      }
    }
  }

  private static void requireSame(Shard heap, Shard file, int example) {
    float[] expected = new float[heap.featureSize() + 2];
    float[] found = expected.clone();
    heap.features(example, expected, 1);
    file.features(example, found, 1);
    assertThat(found).isEqualTo(expected);
    assertThat(file.target(example)).isEqualTo(heap.target(example));
  }

  @Test
  void aFileThatIsCutShortIsNamed() throws IOException {
    ExampleLayout layout = new ExampleLayout(4, true, false);
    var unused = examples(layout, 2, new Random(1));
    try (FileShard shard = new FileShard(3, 3, layout, file())) {
      assertThat(shard.label(1)).isBetween(0, 8);
      assertThatThrownBy(() -> shard.label(2))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage("Failed to read shard 3 in " + folder.resolve("shard"))
          .hasRootCauseMessage("the file ends at 16 bytes");
      assertThatThrownBy(() -> shard.label(3)).hasMessage("Invalid example: 3 (shard 3 has 3)");
    }
  }

  @Test
  void regressionTargetsAreNoClasses() throws IOException {
    ExampleLayout layout = new ExampleLayout(4, true, true);
    var unused = examples(layout, 2, new Random(1));
    try (FileShard shard = new FileShard(0, 2, layout, file())) {
      assertThatThrownBy(() -> shard.label(0))
          .hasMessage("Cannot read a class: the labels are regression targets");
    }
  }
}
