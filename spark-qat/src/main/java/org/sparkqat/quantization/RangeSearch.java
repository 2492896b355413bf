package org.sparkqat.quantization;

/** Ranges that fit a histogram better than its smallest and its largest value. */
final class RangeSearch {

  /** Steps between nothing and the whole range. */
  private static final int STEPS = 128;

  private RangeSearch() {}

  /**
   * From the smallest value that no more than a share {@code 1 - part} of all values is below, to
   * the largest with no more than that above.
   */
  static Range percentile(Histogram histogram, double part) {
    double most = (1 - part) * histogram.total();
    int low = 0;
    for (double below = histogram.counts()[0]; below <= most && low < Histogram.BINS - 1; ) {
      low++;
      below += histogram.counts()[low];
    }
    int high = Histogram.BINS - 1;
    for (double above = histogram.counts()[high]; above <= most && high > low; ) {
      high--;
      above += histogram.counts()[high];
    }
    Range whole = histogram.range();
    double min = low == 0 ? whole.min() : histogram.center(low) - histogram.width() / 2;
    double max =
        high == Histogram.BINS - 1 ? whole.max() : histogram.center(high) + histogram.width() / 2;
    return new Range((float) min, (float) max);
  }

  /** The range with the smallest {@code sum count * (x - fakeQuantize(x))^2}. */
  static Range leastSquares(Histogram histogram, CodeFormat format) {
    Range best = histogram.range();
    double least = squares(histogram, format.affine(best));
    for (int step = 1; step < STEPS; step++) {
      Range candidate = shrunk(histogram.range(), (double) step / STEPS);
      double error = squares(histogram, format.affine(candidate));
      if (error < least) {
        least = error;
        best = candidate;
      }
    }
    return format.symmetry() == Symmetry.SYMMETRIC
        ? best
        : oneEndAtATime(histogram, format, best, least);
  }

  /** The other end is kept, until neither end finds a better place. */
  private static Range oneEndAtATime(
      Histogram histogram, CodeFormat format, Range start, double startError) {
    Range best = start;
    double least = startError;
    Range whole = histogram.range();
    for (boolean better = true; better; ) {
      better = false;
      for (int step = 0; step < 2 * STEPS; step++) {
        double part = (double) (step % STEPS + 1) / STEPS;
        Range candidate =
            step < STEPS
                ? new Range(best.min(), (float) (whole.max() * part))
                : new Range((float) (whole.min() * part), best.max());
        double error = squares(histogram, format.affine(candidate));
        if (error < least) {
          least = error;
          best = candidate;
          better = true;
        }
      }
    }
    return best;
  }

  private static Range shrunk(Range range, double part) {
    return new Range((float) (range.min() * part), (float) (range.max() * part));
  }

  private static double squares(Histogram histogram, Affine affine) {
    double sum = 0;
    for (int bin = 0; bin < Histogram.BINS; bin++) {
      if (histogram.counts()[bin] > 0) {
        double x = histogram.center(bin);
        double difference = x - affine.fakeQuantize((float) x);
        sum += histogram.counts()[bin] * difference * difference;
      }
    }
    return sum;
  }

  /**
   * The range {@code [max(min, -t), min(max, t)]} whose quantized distribution has the smallest
   * Kullback-Leibler divergence from the clipped one (Migacz 2017, 8-bit inference with TensorRT).
   */
  static Range leastDivergence(Histogram histogram, CodeFormat format) {
    Range whole = histogram.range();
    double bound = Math.max(-whole.min(), whole.max());
    int levels = format.codes().quantMax() - format.codes().quantMin() + 1;
    Range best = whole;
    double least = Double.POSITIVE_INFINITY;
    for (int step = 1; step <= STEPS; step++) {
      double limit = bound * step / STEPS;
      Range candidate =
          new Range((float) Math.max(whole.min(), -limit), (float) Math.min(whole.max(), limit));
      double divergence = divergence(histogram, candidate, levels);
      if (divergence < least) {
        least = divergence;
        best = candidate;
      }
    }
    return best;
  }

  /** {@code sum p ln(p / q)}; infinite where q has nothing of what p has. */
  private static double divergence(Histogram histogram, Range candidate, int levels) {
    int first = bin(histogram, candidate.min());
    int end = bin(histogram, Math.nextDown(candidate.max())) + 1;
    if (end - first < levels) {
      return Double.POSITIVE_INFINITY;
    }
    long[] counts = histogram.counts();
    double[] clipped = new double[end - first];
    double total = 0;
    for (int bin = 0; bin < Histogram.BINS; bin++) {
      clipped[Math.max(first, Math.min(end - 1, bin)) - first] += counts[bin];
      total += counts[bin];
    }
    double divergence = 0;
    double inside = 0;
    for (int bin = first; bin < end; bin++) {
      inside += counts[bin];
    }
    for (int level = 0; level < levels; level++) {
      int from = (int) ((long) level * clipped.length / levels);
      int to = (int) ((long) (level + 1) * clipped.length / levels);
      divergence += divergence(counts, first, clipped, from, to, total, inside);
    }
    return divergence;
  }

  /** The part of one level, whose values are spread evenly over its parts that have any. */
  private static double divergence(
      long[] counts, int first, double[] clipped, int from, int to, double total, double inside) {
    double sum = 0;
    int used = 0;
    for (int i = from; i < to; i++) {
      sum += counts[first + i];
      used += clipped[i] > 0 ? 1 : 0;
    }
    double divergence = 0;
    for (int i = from; i < to; i++) {
      if (clipped[i] > 0) {
        double p = clipped[i] / total;
        double q = sum / used / inside;
        divergence += q > 0 ? p * Math.log(p / q) : Double.POSITIVE_INFINITY;
      }
    }
    return divergence;
  }

  private static int bin(Histogram histogram, float value) {
    double at = ((double) value - histogram.range().min()) / histogram.width();
    return Math.max(0, Math.min(Histogram.BINS - 1, (int) at));
  }
}
