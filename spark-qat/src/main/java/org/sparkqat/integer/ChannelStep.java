package org.sparkqat.integer;

/**
 * Requantizes each value by the requantizer of its channel: batch normalization, activations. Of
 * several tensors the channels are joined: concatenation.
 */
public final class ChannelStep implements Step {

  private final int spatial;
  private final Requantizer[] channels;

  /**
   * A step with one requantizer for each channel put out.
   *
   * @param spatial values of a channel
   */
  public ChannelStep(int spatial, Requantizer[] channels) {
    this.spatial = spatial;
    this.channels = channels.clone();
  }

  @Override
  public void run(int[][] sources, int[] dst) {
    int at = 0;
    for (int[] src : sources) {
      for (int value : src) {
        dst[at] = channels[at / spatial].of(value);
        at++;
      }
    }
  }
}
