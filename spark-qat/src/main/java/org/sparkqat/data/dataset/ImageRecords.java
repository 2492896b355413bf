package org.sparkqat.data.dataset;

import java.util.Arrays;

/** Labelled images held in memory as parts with the same number of images each. */
final class ImageRecords implements LabelledImages {

  private final byte[][] parts;
  private final byte[] labels;
  private final int imageBytes;

  /**
   * Keeps the arrays that it is given.
   *
   * @param parts blocks of whole images, C·H·W bytes each, in order
   * @param labels one label an image
   * @param imageBytes C·H·W
   */
  ImageRecords(byte[][] parts, byte[] labels, int imageBytes) {
    long bytes = Arrays.stream(parts).mapToLong(part -> part.length).sum();
    if (bytes != (long) labels.length * imageBytes) {
      throw new IllegalArgumentException(
          "Invalid images: %d bytes for %d labels (must be %d bytes an image)"
              .formatted(bytes, labels.length, imageBytes));
    }
    for (byte[] part : parts) {
      if (part.length != parts[0].length) {
        throw new IllegalArgumentException(
            "Invalid part: %d bytes (must be %d like the first)"
                .formatted(part.length, parts[0].length));
      }
    }
    this.parts = parts;
    this.labels = labels;
    this.imageBytes = imageBytes;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index] & 0xff;
  }

  @Override
  public byte[] image(int index) {
    int imagesPerPart = parts[0].length / imageBytes;
    int start = index % imagesPerPart * imageBytes;
    return Arrays.copyOfRange(parts[index / imagesPerPart], start, start + imageBytes);
  }
}
