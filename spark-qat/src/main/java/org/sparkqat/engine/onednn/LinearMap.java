package org.sparkqat.engine.onednn;

/** The sums of a weighted block and what is done to them at once. */
interface LinearMap {

  /**
   * Takes weights {@code [O, K]}: codes less their zero points, or real numbers.
   *
   * @param units real width of one unit of each channel's sums, for codes
   * @param biases one a channel, in the unit that the map wants
   */
  void load(float[] weights, float[] units, float[] biases);

  void run();
}
