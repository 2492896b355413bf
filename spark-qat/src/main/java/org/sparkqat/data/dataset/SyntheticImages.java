package org.sparkqat.data.dataset;

import org.sparkqat.data.dataset.SyntheticDraws.Kind;

/**
 * Images of raw uint8 values, C·H·W bytes, channel by channel.
 *
 * <p>{@code pixel = 128 + 48 · strength · pattern + 32 · noise}, rounded and limited to 0 … 255.
 * The pattern of a class is a wave in each channel; row r is of class {@code r mod classes}, with a
 * strength from 0.5 to 1.5. Regression: one pattern, with a strength from −1 to 1, which is the
 * target.
 *
 * @param channels C
 * @param height H
 * @param width W
 * @param classes or 0 for regression
 */
record SyntheticImages(SyntheticDraws draws, int channels, int height, int width, int classes)
    implements SyntheticRows {

  private static final long serialVersionUID = 1L;
  private static final double GREY = 128;
  private static final double CONTRAST = 48;
  private static final double NOISE = 32;
  private static final double MAX_WAVES = 3;
  private static final int NUMBERS_PER_CHANNEL = 4;

  @Override
  public Example row(long number) {
    int label = classes == 0 ? 0 : (int) (number % classes);
    double share = draws.uniform(Kind.STRENGTH, number, 0);
    double strength = classes == 0 ? 2 * share - 1 : 0.5 + share;
    byte[] pixels = new byte[channels * height * width];
    for (int channel = 0; channel < channels; channel++) {
      paint(pixels, channel, label, CONTRAST * strength, number);
    }
    return new Example(pixels, classes == 0 ? strength : label);
  }

  private void paint(byte[] pixels, int channel, int label, double contrast, long number) {
    double[] down = wave(label, channel * NUMBERS_PER_CHANNEL, height);
    double[] across = wave(label, channel * NUMBERS_PER_CHANNEL + 2, width);
    int pixel = channel * height * width;
    for (double y : down) {
      for (double x : across) {
        double noise = NOISE * draws.normal(Kind.NOISE, number, pixel);
        long value = Math.round(GREY + contrast * y * x + noise);
        pixels[pixel++] = (byte) Math.max(0, Math.min(255, value));
      }
    }
  }

  /** A cosine along one axis, with a frequency and a phase of its class and channel. */
  private double[] wave(int label, int index, int size) {
    double frequency = MAX_WAVES * draws.uniform(Kind.PATTERN, label, index);
    double phase = draws.uniform(Kind.PATTERN, label, index + 1);
    double[] wave = new double[size];
    for (int i = 0; i < size; i++) {
      // StrictMath: the same bits on every platform.
      wave[i] = StrictMath.cos(2 * StrictMath.PI * (frequency * i / size + phase));
    }
    return wave;
  }
}
