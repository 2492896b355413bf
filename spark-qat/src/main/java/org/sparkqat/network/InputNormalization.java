package org.sparkqat.network;

import java.util.Arrays;
import org.sparkqat.tensor.Shape;

/**
 * The first operation of a model, {@code (x - offset[c]) * factor[c]} per channel; it is exported
 * with the model, so that a user feeds raw values.
 *
 * @param offset one finite number per channel, in the units of the raw values
 * @param factor one finite number per channel, not 0
 */
public record InputNormalization(float[] offset, float[] factor) {

  public InputNormalization {
    if (offset.length != factor.length) {
      throw new IllegalArgumentException(
          "Invalid input normalization: "
              + offset.length
              + " means, "
              + factor.length
              + " deviations");
    }
    for (int c = 0; c < offset.length; c++) {
      requireUsable(c, offset[c], factor[c]);
    }
    offset = offset.clone();
    factor = factor.clone();
  }

  /** Leaves the values as they are. */
  public static InputNormalization identity(int channels) {
    float[] ones = new float[channels];
    Arrays.fill(ones, 1f);
    return new InputNormalization(new float[channels], ones);
  }

  /**
   * {@code (x / unit - mean[c]) / std[c]}, with one mean and std for all channels or one each.
   *
   * @param unit raw value that counts as 1: 255 for 8-bit images, 1 for real numbers
   */
  public static InputNormalization of(Shape input, double unit, double[] mean, double[] std) {
    int channels = input.channels();
    float[] offset = new float[channels];
    float[] factor = new float[channels];
    for (int c = 0; c < channels; c++) {
      double deviation = pick("std", std, c, channels);
      if (!(deviation > 0) || Double.isInfinite(deviation)) {
        throw new IllegalArgumentException(
            "Invalid data.std: " + deviation + " (must be above 0 and finite)");
      }
      offset[c] = (float) (unit * pick("mean", mean, c, channels));
      factor[c] = (float) (1 / (unit * deviation));
    }
    return new InputNormalization(offset, factor);
  }

  private static void requireUsable(int channel, float offset, float factor) {
    if (!Float.isFinite(offset) || !Float.isFinite(factor) || factor == 0) {
      throw new IllegalArgumentException(
          "Invalid input normalization of channel %d: offset %s, factor %s (must be finite, factor not 0)"
              .formatted(channel, offset, factor));
    }
  }

  private static double pick(String key, double[] values, int channel, int channels) {
    if (values.length != 1 && values.length != channels) {
      throw new IllegalArgumentException(
          "Invalid data.%s: %d numbers (allowed: 1 or one for each of %d channels)"
              .formatted(key, values.length, channels));
    }
    return values[values.length == 1 ? 0 : channel];
  }

  @Override
  public float[] offset() {
    return offset.clone();
  }

  @Override
  public float[] factor() {
    return factor.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InputNormalization that
        && Arrays.equals(offset, that.offset)
        && Arrays.equals(factor, that.factor);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(offset) + Arrays.hashCode(factor);
  }
}
