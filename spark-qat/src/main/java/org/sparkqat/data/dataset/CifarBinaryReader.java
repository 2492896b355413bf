package org.sparkqat.data.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the binary version of CIFAR-10: records of one label byte and 3,072 values [3, 32, 32]. */
final class CifarBinaryReader {

  static final int IMAGE_BYTES = 3 * 32 * 32;
  private static final int RECORD_BYTES = 1 + IMAGE_BYTES;

  private CifarBinaryReader() {}

  /** The images of the files, one file after the other; every file has as many. */
  static LabelledImages read(List<Path> files) throws IOException {
    byte[][] parts = new byte[files.size()][];
    byte[][] labels = new byte[files.size()][];
    for (int i = 0; i < parts.length; i++) {
      byte[] records = readRecords(files.get(i));
      int count = records.length / RECORD_BYTES;
      parts[i] = new byte[count * IMAGE_BYTES];
      labels[i] = new byte[count];
      for (int record = 0; record < count; record++) {
        int start = record * RECORD_BYTES;
        labels[i][record] = records[start];
        System.arraycopy(records, start + 1, parts[i], record * IMAGE_BYTES, IMAGE_BYTES);
      }
    }
    return new ImageRecords(parts, concatenate(labels), IMAGE_BYTES);
  }

  private static byte[] readRecords(Path file) throws IOException {
    byte[] records = Files.readAllBytes(file);
    if (records.length == 0 || records.length % RECORD_BYTES != 0) {
      throw new IOException(
          "Invalid CIFAR-10 file: %s has %d bytes (must be a multiple of %d)"
              .formatted(file, records.length, RECORD_BYTES));
    }
    return records;
  }

  private static byte[] concatenate(byte[][] parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] all = new byte[length];
    int position = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, position, part.length);
      position += part.length;
    }
    return all;
  }
}
