package org.sparkqat.engine;

/**
 * Batch normalization with the statistics of the micro-batch, of values given as {@code x =
 * multiplier[c] * src} with src {@code [N, C, S]}.
 *
 * <p>Forward: {@code y = gamma' * (x - mean) / sigma + beta}, {@code sigma = sqrt(variance +
 * epsilon)} with the biased variance of the {@code m = N * S} values of a channel. Backward: {@code
 * dbeta = sum dy}, {@code dgamma = sum dy * xhat}, {@code dx = gamma' / sigma * (dy - dbeta / m -
 * xhat * dgamma / m)}.
 */
final class BatchNormalizer {

  private final int batch;
  private final int channels;
  private final int spatial;
  private final float epsilon;
  private final double[] mean;
  private final double[] inverseDeviation;
  private final Sums sums = new Sums();

  BatchNormalizer(int batch, int channels, int spatial, float epsilon) {
    this.batch = batch;
    this.channels = channels;
    this.spatial = spatial;
    this.epsilon = epsilon;
    this.mean = new double[channels];
    this.inverseDeviation = new double[channels];
  }

  /** Number of values per channel. */
  long count() {
    return (long) batch * spatial;
  }

  /**
   * Normalizes one channel.
   *
   * @param multiplier real value of one unit of src
   * @return {@code {sum of src, sum of squares of src}}
   */
  double[] forward(
      int channel, float[] src, float multiplier, float gamma, float beta, float[] dst) {
    add(channel, src, src);
    double sum = sums.sum;
    double squares = sums.dot;
    double center = sum / count();
    double variance = Math.max(0, squares / count() - center * center);
    double deviation = Math.sqrt((double) multiplier * multiplier * variance + epsilon);
    mean[channel] = center;
    inverseDeviation[channel] = 1 / deviation;
    double slope = gamma * (double) multiplier / deviation;
    affine(channel, src, (float) slope, (float) (beta - slope * center), dst);
    return new double[] {sum, squares};
  }

  /** {@code dst = slope * src + intercept} for one channel. */
  void affine(int channel, float[] src, float slope, float intercept, float[] dst) {
    for (int n = 0; n < batch; n++) {
      int from = (n * channels + channel) * spatial;
      for (int i = from; i < from + spatial; i++) {
        dst[i] = slope * src[i] + intercept;
      }
    }
  }

  /** Sums over one channel: of x, and of the products of x and y. */
  private void add(int channel, float[] x, float[] y) {
    sums.clear();
    for (int n = 0; n < batch; n++) {
      int from = (n * channels + channel) * spatial;
      sums.add(x, y, from, from + spatial);
    }
  }

  /**
   * Sums one channel's gradient, which is multiplied by {@code factor} in place.
   *
   * @return {@code {sum of diff, sum of diff * src}}
   */
  double[] sumsAndScale(int channel, float[] src, float factor, float[] diff) {
    add(channel, diff, src);
    for (int n = 0; n < batch; n++) {
      int from = (n * channels + channel) * spatial;
      for (int i = from; i < from + spatial; i++) {
        diff[i] *= factor;
      }
    }
    return new double[] {sums.sum, sums.dot};
  }

  /**
   * Replaces the gradient of one channel's output by {@code outputFactor * dx}.
   *
   * @return {@code {dgamma, dbeta}}
   */
  double[] backward(
      int channel, float[] src, float multiplier, float gamma, float outputFactor, float[] diff) {
    add(channel, diff, src);
    double sum = sums.sum;
    double dot = sums.dot;
    double hat = multiplier * inverseDeviation[channel];
    double diffGamma = hat * (dot - mean[channel] * sum);
    double a = gamma * inverseDeviation[channel] * outputFactor;
    double b = -a * hat * diffGamma / count();
    double c = -a * sum / count() - b * mean[channel];
    combine(channel, src, (float) a, (float) b, (float) c, diff);
    return new double[] {diffGamma, sum};
  }

  private void combine(int channel, float[] src, float a, float b, float c, float[] diff) {
    for (int n = 0; n < batch; n++) {
      int from = (n * channels + channel) * spatial;
      for (int i = from; i < from + spatial; i++) {
        diff[i] = a * diff[i] + b * src[i] + c;
      }
    }
  }
}
