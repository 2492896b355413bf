package org.sparkqat.engine;

import java.util.Locale;

/**
 * The numbers that the gradients of weighted layers are multiplied in while training is quantized;
 * sums are of 32 bits always.
 */
public enum GradientPrecision {
  /** Binary32. */
  FLOAT32,
  /**
   * The gradient of a layer's output, and the weights where the gradient of its input is computed,
   * are rounded to 8 significant bits (bfloat16); the codes of its input are exact. For processors
   * that have such products, at twice the rate of binary32.
   */
  BFLOAT16;

  /** The word of a command line: {@code float32} or {@code bfloat16}. */
  public static GradientPrecision parse(String text) {
    for (GradientPrecision each : values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "Invalid gradients: " + text + " (allowed: float32, bfloat16)");
  }
}
