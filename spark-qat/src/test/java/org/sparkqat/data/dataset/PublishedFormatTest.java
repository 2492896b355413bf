package org.sparkqat.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.data.dataset.PublishedFormat.Split;

class PublishedFormatTest {

  private static final int BATCHES = 6;
  private static final int IMAGES_PER_BATCH = 3;

  @TempDir private Path folder;

  @Test
  void idxFilesAreRead() throws IOException {
    writeIdx("train-images-idx3-ubyte", 0x0803, new int[] {2, 1, 3}, 1, 2, 3, 4, 5, 255);
    writeIdx("train-labels-idx1-ubyte", 0x0801, new int[] {2}, 9, 0);
    LabelledImages images = PublishedFormat.of("mnist-idx").read(folder, Split.TRAIN);
    assertThat(images.size()).isEqualTo(2);
    assertThat(images.image(0)).containsExactly(1, 2, 3);
    assertThat(images.image(1)).containsExactly(4, 5, -1);
    assertThat(images.label(0)).isEqualTo(9);
    assertThat(images.label(1)).isZero();
  }

  @Test
  void idxFilesThatDoNotAgreeAreRefused() throws IOException {
    writeIdx("t10k-images-idx3-ubyte", 0x0803, new int[] {1, 1, 2}, 1, 2);
    writeIdx("t10k-labels-idx1-ubyte", 0x0801, new int[] {2}, 9, 0);
    assertThatThrownBy(() -> PublishedFormat.MNIST_IDX.read(folder, Split.TEST))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Invalid IDX files: 1 images in ")
        .hasMessageEndingWith("(must be as many)");
    writeIdx("t10k-images-idx3-ubyte", 0x0803, new int[] {2, 1, 2}, 1, 2);
    assertThatThrownBy(() -> PublishedFormat.MNIST_IDX.read(folder, Split.TEST))
        .hasMessageEndingWith("has 18 bytes (must be 20 by its header)");
    writeIdx("t10k-images-idx3-ubyte", 0x0801, new int[] {2, 1, 2}, 1, 2, 3, 4);
    assertThatThrownBy(() -> PublishedFormat.MNIST_IDX.read(folder, Split.TEST))
        .hasMessageEndingWith("(must start with the magic number 0x00000803)");
  }

  private void writeIdx(String name, int magic, int[] sizes, int... values) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + values.length).putInt(magic);
    IntStream.of(sizes).forEach(file::putInt);
    IntStream.of(values).forEach(value -> file.put((byte) value));
    Files.write(folder.resolve(name), file.array());
  }

  @Test
  void spritesGiveTheSameImagesAsTheBinaryFiles() throws IOException {
    writeCifar();
    for (Split split : Split.values()) {
      LabelledImages binary = PublishedFormat.CIFAR10_BINARY.read(folder, split);
      LabelledImages sprites = PublishedFormat.CIFAR10_SPRITES.read(folder, split);
      int count = IMAGES_PER_BATCH * (split == Split.TRAIN ? BATCHES - 1 : 1);
      assertThat(binary.size()).isEqualTo(count);
      assertThat(sprites.size()).isEqualTo(count);
      for (int i = 0; i < count; i++) {
        int batch = split == Split.TRAIN ? i / IMAGES_PER_BATCH : BATCHES - 1;
        assertThat(binary.image(i)).isEqualTo(pixels(batch, i % IMAGES_PER_BATCH));
        assertThat(sprites.image(i)).isEqualTo(binary.image(i));
        assertThat(sprites.label(i)).isEqualTo(binary.label(i));
        assertThat(binary.label(i)).isEqualTo(label(batch, i % IMAGES_PER_BATCH));
      }
    }
  }

  private void writeCifar() throws IOException {
    StringBuilder labels = new StringBuilder();
    for (int batch = 0; batch < BATCHES; batch++) {
      boolean isTest = batch == BATCHES - 1;
      String name = isTest ? "test_batch" : "data_batch_" + (batch + 1);
      writeBinary(name, batch);
      writeSprite(name, batch);
      if (isTest) {
        Files.writeString(folder.resolve("train_lables.json"), "[" + labels + "]");
        labels.setLength(0);
      }
      for (int i = 0; i < IMAGES_PER_BATCH; i++) {
        labels.append(labels.isEmpty() ? "" : ",").append(label(batch, i));
      }
    }
    Files.writeString(folder.resolve("test_lables.json"), "[" + labels + "]");
  }

  private void writeBinary(String name, int batch) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (int i = 0; i < IMAGES_PER_BATCH; i++) {
      file.write(label(batch, i));
      file.write(pixels(batch, i));
    }
    Files.write(folder.resolve(name + ".bin"), file.toByteArray());
  }

  private void writeSprite(String name, int batch) throws IOException {
    BufferedImage sprite = new BufferedImage(1024, IMAGES_PER_BATCH, BufferedImage.TYPE_3BYTE_BGR);
    for (int y = 0; y < IMAGES_PER_BATCH; y++) {
      byte[] pixels = pixels(batch, y);
      for (int i = 0; i < pixels.length; i++) {
        sprite.getRaster().setSample(i % 1024, y, i / 1024, pixels[i] & 0xff);
      }
    }
    ImageIO.write(sprite, "png", folder.resolve(name + ".png").toFile());
  }

  private static byte[] pixels(int batch, int image) {
    byte[] pixels = new byte[3072];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 7 + batch * 31 + image * 101);
    }
    return pixels;
  }

  private static int label(int batch, int image) {
    return (batch + image) % 10;
  }

  @Test
  void aTruncatedBinaryFileIsRefused() throws IOException {
    Files.write(folder.resolve("test_batch.bin"), new byte[3074]);
    assertThatThrownBy(() -> PublishedFormat.CIFAR10_BINARY.read(folder, Split.TEST))
        .hasMessageEndingWith("has 3074 bytes (must be a multiple of 3073)");
  }

  @Test
  void anUnknownFormatIsRefused() {
    assertThatThrownBy(() -> PublishedFormat.of("tar"))
        .hasMessage("Invalid format: tar (allowed: mnist-idx, cifar10-binary, cifar10-sprites)");
  }

  @Test
  void aSampleIsChosenByItsSeed() throws IOException {
    byte[] labels = new byte[100];
    for (byte i = 0; i < labels.length; i++) {
      labels[i] = i;
    }
    LabelledImages all = new ImageRecords(new byte[][] {labels}, labels, 1);
    int[] sample = labels(SampledImages.of(all, 30, 1));
    assertThat(Arrays.stream(sample).distinct().count()).isEqualTo(30);
    assertThat(labels(SampledImages.of(all, 30, 1))).isEqualTo(sample);
    assertThat(labels(SampledImages.of(all, 30, 2))).isNotEqualTo(sample);
    assertThatThrownBy(() -> SampledImages.of(all, 101, 1))
        .hasMessage("Invalid number of examples: 101 (allowed: 1 to 100)");
  }

  private static int[] labels(LabelledImages images) throws IOException {
    int[] labels = new int[images.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = images.label(i);
      assertThat(images.image(i)).containsExactly(labels[i]);
    }
    return labels;
  }
}
