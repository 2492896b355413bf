package org.sparkqat.data.dataset;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads a pair of IDX files, the format of MNIST: a big-endian header (magic number, sizes) and
 * then uint8 values.
 */
final class IdxReader {

  private static final int IMAGES = 0x0803;
  private static final int LABELS = 0x0801;

  private IdxReader() {}

  /** Images with one channel from an idx3 file, and their labels from an idx1 file. */
  static LabelledImages read(Path images, Path labels) throws IOException {
    ByteBuffer imageFile = open(images, IMAGES, 3);
    ByteBuffer labelFile = open(labels, LABELS, 1);
    int count = imageFile.getInt(4);
    int imageBytes = Math.multiplyExact(imageFile.getInt(8), imageFile.getInt(12));
    int labelCount = labelFile.getInt(4);
    if (count != labelCount) {
      throw new IOException(
          "Invalid IDX files: %d images in %s, %d labels in %s (must be as many)"
              .formatted(count, images, labelCount, labels));
    }
    return new ImageRecords(new byte[][] {values(imageFile)}, values(labelFile), imageBytes);
  }

  private static ByteBuffer open(Path path, int magic, int dimensions) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path));
    int header = 4 + 4 * dimensions;
    if (file.capacity() < header || file.getInt(0) != magic) {
      throw new IOException(
          "Invalid IDX file: %s (must start with the magic number 0x%08x)".formatted(path, magic));
    }
    long values = 1;
    for (int i = 0; i < dimensions; i++) {
      values *= file.getInt(4 + 4 * i);
    }
    if (file.capacity() != header + values) {
      throw new IOException(
          "Invalid IDX file: %s has %d bytes (must be %d by its header)"
              .formatted(path, file.capacity(), header + values));
    }
    return file.position(header);
  }

  private static byte[] values(ByteBuffer file) {
    byte[] values = new byte[file.remaining()];
    file.get(values);
    return values;
  }
}
