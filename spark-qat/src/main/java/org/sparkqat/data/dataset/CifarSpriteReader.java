package org.sparkqat.data.dataset;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Reads CIFAR-10 from lossless PNG sprites: each row of a sprite is one image of 32 × 32 pixels,
 * row after row, and the labels are one JSON array.
 */
final class CifarSpriteReader {

  private static final int PIXELS = 32 * 32;
  private static final int CHANNELS = 3;

  private CifarSpriteReader() {}

  /** The images of the sprites, one sprite after the other; every sprite has as many. */
  static LabelledImages read(List<Path> sprites, Path labels) throws IOException {
    byte[][] parts = new byte[sprites.size()][];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = planes(open(sprites.get(i)));
    }
    return new ImageRecords(parts, readLabels(labels), CHANNELS * PIXELS);
  }

  private static Raster open(Path sprite) throws IOException {
    BufferedImage image;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(sprite))) {
      image = ImageIO.read(in);
    }
    if (image == null
        || image.getWidth() != PIXELS
        || image.getRaster().getNumBands() != CHANNELS) {
      throw new IOException(
          "Invalid CIFAR-10 sprite: %s (must be an RGB image, %d pixels wide)"
              .formatted(sprite, PIXELS));
    }
    return image.getRaster();
  }

  private static byte[] planes(Raster sprite) {
    byte[] images = new byte[sprite.getHeight() * CHANNELS * PIXELS];
    int[] row = new int[CHANNELS * PIXELS];
    for (int y = 0; y < sprite.getHeight(); y++) {
      sprite.getPixels(0, y, PIXELS, 1, row);
      int start = y * CHANNELS * PIXELS;
      for (int pixel = 0; pixel < PIXELS; pixel++) {
        for (int channel = 0; channel < CHANNELS; channel++) {
          images[start + channel * PIXELS + pixel] = (byte) row[pixel * CHANNELS + channel];
        }
      }
    }
    return images;
  }

  private static byte[] readLabels(Path path) throws IOException {
    int[] values = new ObjectMapper().readValue(Files.readAllBytes(path), int[].class);
    byte[] labels = new byte[values.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) values[i];
    }
    return labels;
  }
}
