package org.sparkqat.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;
import org.sparkqat.tensor.Shape;

/**
 * Turns an image into C·H·W raw uint8 values: grey for C = 1, red, green and blue planes for C = 3.
 *
 * <p>Colours become grey by ITU-R BT.601 in integers, (299·R + 587·G + 114·B + 500) / 1000; grey
 * becomes three equal planes; transparency is ignored. Images are never resized.
 */
final class ImageDecoder implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String names;
  private final String shape;
  private final int size;
  private final int channels;
  private final int height;
  private final int width;

  private ImageDecoder(String names, Shape shape) {
    boolean isImage = shape.rank() == 3;
    this.names = names;
    this.shape = shape.toString();
    this.size = shape.size();
    this.channels = shape.channels();
    this.height = isImage ? shape.dim(1) : 1;
    this.width = isImage ? shape.dim(2) : 1;
  }

  static ImageDecoder of(String names, Shape shape) {
    return new ImageDecoder(names, shape);
  }

  /** Raw values if there are exactly C·H·W bytes, else an encoded image (PNG, JPEG, BMP, GIF). */
  byte[] decode(byte[] data) {
    if (data.length == size) {
      return data;
    }
    if (channels != 1 && channels != 3) {
      throw new InvalidDataException(
          "Invalid features %s: %d bytes (must be %d, raw values of shape %s)"
              .formatted(names, data.length, size, shape));
    }
    BufferedImage image = read(data);
    requireSize(image.getHeight(), image.getWidth());
    return planes(image);
  }

  /** Interleaved blue, green and red values (and alpha), or grey values, as Spark reads images. */
  byte[] decode(int imageHeight, int imageWidth, int imageChannels, byte[] data) {
    requireSize(imageHeight, imageWidth);
    if (data.length != imageHeight * imageWidth * imageChannels) {
      throw new InvalidDataException(
          "Invalid features %s: image with %d channels of type other than uint8 (must be uint8)"
              .formatted(names, imageChannels));
    }
    byte[] values = new byte[size];
    boolean isGrey = imageChannels < 3;
    for (int pixel = 0, i = 0; pixel < height * width; pixel++, i += imageChannels) {
      int blue = data[i] & 0xff;
      int green = isGrey ? blue : data[i + 1] & 0xff;
      int red = isGrey ? blue : data[i + 2] & 0xff;
      put(values, pixel, red, green, blue);
    }
    return values;
  }

  private BufferedImage read(byte[] data) {
    BufferedImage image = null;
    try {
      // Not ImageIO.read of a stream, which makes a cache file for every image.
      image = ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(data)));
    } catch (IOException | RuntimeException e) {
      // Readers throw what they like on damaged data: to the user it is one mistake.
      throw undecodable(data, e);
    }
    if (image == null) {
      throw undecodable(data, null);
    }
    return image;
  }

  private InvalidDataException undecodable(byte[] data, @Nullable Exception cause) {
    return new InvalidDataException(
        "Invalid features %s: %d bytes (must be %d, raw values of shape %s, or a PNG, JPEG, BMP or GIF image)"
            .formatted(names, data.length, size, shape),
        cause);
  }

  private byte[] planes(BufferedImage image) {
    byte[] values = new byte[size];
    if (isPlainGrey(image)) {
      // Not getRGB, which converts grey values as if they were linear light.
      Raster raster = image.getRaster();
      int shift = image.getRaster().getTransferType() == DataBuffer.TYPE_USHORT ? Byte.SIZE : 0;
      for (int pixel = 0; pixel < height * width; pixel++) {
        int grey = raster.getSample(pixel % width, pixel / width, 0) >> shift;
        put(values, pixel, grey, grey, grey);
      }
    } else {
      for (int pixel = 0; pixel < height * width; pixel++) {
        int rgb = image.getRGB(pixel % width, pixel / width);
        put(values, pixel, rgb >> 16 & 0xff, rgb >> 8 & 0xff, rgb & 0xff);
      }
    }
    return values;
  }

  private static boolean isPlainGrey(BufferedImage image) {
    ColorModel model = image.getColorModel();
    int type = image.getRaster().getTransferType();
    return model.getNumColorComponents() == 1
        && !(model instanceof IndexColorModel)
        && (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT)
        && model.getComponentSize(0) >= Byte.SIZE;
  }

  private void put(byte[] values, int pixel, int red, int green, int blue) {
    if (channels == 1) {
      boolean isGrey = red == green && green == blue;
      values[pixel] = (byte) (isGrey ? red : (299 * red + 587 * green + 114 * blue + 500) / 1000);
      return;
    }
    int area = height * width;
    values[pixel] = (byte) red;
    values[area + pixel] = (byte) green;
    values[2 * area + pixel] = (byte) blue;
  }

  private void requireSize(int actualHeight, int actualWidth) {
    if (channels != 1 && channels != 3) {
      throw new InvalidDataException(
          "Invalid shape: %s (images %s need 1 or 3 channels)".formatted(shape, names));
    }
    if (actualHeight != height || actualWidth != width) {
      throw new InvalidDataException(
          "Invalid features %s: image of %d x %d pixels (must be %d x %d, height x width of shape %s)"
              .formatted(names, actualHeight, actualWidth, height, width, shape));
    }
  }
}
