package org.sparkqat.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Encoded pictures for tests. */
final class Pictures {

  private Pictures() {}

  /** A black picture. */
  static byte[] png(int width, int height) {
    return encode(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png");
  }

  /** The picture of raw values in channel, row, column order; grey if there is one channel. */
  static BufferedImage picture(byte[] values, int channels, int height, int width) {
    boolean isGrey = channels == 1;
    BufferedImage image =
        new BufferedImage(
            width, height, isGrey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
    int area = height * width;
    for (int pixel = 0; pixel < area; pixel++) {
      for (int band = 0; band < channels; band++) {
        int value = values[band * area + pixel] & 0xff;
        image.getRaster().setSample(pixel % width, pixel / width, band, value);
      }
    }
    return image;
  }

  static byte[] encode(BufferedImage image, String format) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalStateException("Cannot write format: " + format);
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
