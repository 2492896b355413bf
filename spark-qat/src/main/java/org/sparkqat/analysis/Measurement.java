package org.sparkqat.analysis;

/**
 * What an evaluation of a variant found.
 *
 * @param loss mean over the examples
 * @param accuracy share of correct examples, R² for regression
 * @param noise mean squared difference of the outputs from those of the float network
 * @param signal mean square of the float network's outputs
 */
public record Measurement(double loss, double accuracy, double noise, double signal) {

  /** Signal to quantization noise ratio of the outputs, {@code 10 log10(signal / noise)}, in dB. */
  public double sqnr() {
    return decibels(signal, noise);
  }

  /** {@code 10 log10(signal / noise)}; infinite without noise. */
  public static double decibels(double signal, double noise) {
    return 10 * StrictMath.log10(signal / noise);
  }
}
