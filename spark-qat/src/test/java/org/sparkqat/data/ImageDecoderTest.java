package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.tensor.Shape;

class ImageDecoderTest {

  private static final int HEIGHT = 5;
  private static final int WIDTH = 7;
  private static final byte[] COLOURS = Examples.pixels(1, 3 * HEIGHT * WIDTH);
  private static final byte[] GREYS = Examples.pixels(2, HEIGHT * WIDTH);

  private static ImageDecoder decoder(int channels) {
    return ImageDecoder.of("'image'", new Shape(channels, HEIGHT, WIDTH));
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp"})
  void losslessColoursAreReadExactly(String format) {
    assertThat(decoder(3).decode(encoded(COLOURS, 3, format))).isEqualTo(COLOURS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "gif"})
  void losslessGreysAreReadExactly(String format) {
    assertThat(decoder(1).decode(encoded(GREYS, 1, format))).isEqualTo(GREYS);
  }

  @Test
  void greyBecomesThreeEqualPlanes() {
    byte[] planes = decoder(3).decode(encoded(GREYS, 1, "png"));
    for (int i = 0; i < planes.length; i++) {
      assertThat(planes[i]).isEqualTo(GREYS[i % GREYS.length]);
    }
  }

  @Test
  void coloursBecomeGreyByTheirLuminance() {
    byte[] grey = decoder(1).decode(encoded(COLOURS, 3, "png"));
    int area = HEIGHT * WIDTH;
    for (int i = 0; i < area; i++) {
      double luminance =
          0.299 * (COLOURS[i] & 0xff)
              + 0.587 * (COLOURS[area + i] & 0xff)
              + 0.114 * (COLOURS[2 * area + i] & 0xff);
      assertThat(Math.abs((grey[i] & 0xff) - luminance)).isLessThanOrEqualTo(0.5);
    }
  }

  @Test
  void aJpegOfOneColourIsReadUpToItsLoss() {
    byte[] plain = new byte[3 * HEIGHT * WIDTH];
    Arrays.fill(plain, (byte) 90);
    for (byte value : decoder(3).decode(encoded(plain, 3, "jpg"))) {
      assertThat((int) value).isBetween(88, 92);
    }
  }

  @Test
  void greysOf16BitsKeepTheirHighByte() {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < GREYS.length; i++) {
      image.getRaster().setSample(i % WIDTH, i / WIDTH, 0, (GREYS[i] & 0xff) << 8 | 0x7f);
    }
    assertThat(decoder(1).decode(Pictures.encode(image, "png"))).isEqualTo(GREYS);
  }

  @Test
  void transparencyIsIgnored() {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_ARGB);
    int area = HEIGHT * WIDTH;
    for (int i = 0; i < area; i++) {
      int rgb =
          (COLOURS[i] & 0xff) << 16
              | (COLOURS[area + i] & 0xff) << 8
              | (COLOURS[2 * area + i] & 0xff);
      image.setRGB(i % WIDTH, i / WIDTH, rgb | 0x40000000);
    }
    assertThat(decoder(3).decode(Pictures.encode(image, "png"))).isEqualTo(COLOURS);
  }

  @Test
  void rawValuesAreTakenAsTheyAre() {
    assertThat(decoder(3).decode(COLOURS)).isEqualTo(COLOURS);
  }

  @Test
  void interleavedBlueGreenRedIsSplitIntoPlanes() {
    int area = HEIGHT * WIDTH;
    byte[] interleaved = new byte[4 * area];
    for (int i = 0; i < area; i++) {
      interleaved[4 * i] = COLOURS[2 * area + i];
      interleaved[4 * i + 1] = COLOURS[area + i];
      interleaved[4 * i + 2] = COLOURS[i];
    }
    assertThat(decoder(3).decode(HEIGHT, WIDTH, 4, interleaved)).isEqualTo(COLOURS);
    assertThat(decoder(1).decode(HEIGHT, WIDTH, 1, GREYS)).isEqualTo(GREYS);
  }

  @Test
  void aDamagedImageIsRefused() {
    byte[] png = encoded(COLOURS, 3, "png");
    byte[] truncated = Arrays.copyOf(png, png.length / 2);
    assertThatThrownBy(() -> decoder(3).decode(truncated))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageStartingWith(
            "Invalid features 'image': " + truncated.length + " bytes (must be");
  }

  @Test
  void imagesOfOtherThanUint8AreRefused() {
    assertThatThrownBy(() -> decoder(1).decode(HEIGHT, WIDTH, 1, new byte[4 * GREYS.length]))
        .hasMessage(
            "Invalid features 'image': image with 1 channels of type other than uint8 (must be uint8)");
  }

  private static byte[] encoded(byte[] values, int channels, String format) {
    return Pictures.encode(Pictures.picture(values, channels, HEIGHT, WIDTH), format);
  }
}
