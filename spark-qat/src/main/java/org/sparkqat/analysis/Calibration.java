package org.sparkqat.analysis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Histogram;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;

/**
 * The values of a float network on a sample, as exact histograms, from which the ranges of every
 * number of bits are fitted. Used by one thread.
 */
public final class Calibration {

  private record Fit(int slot, CodeFormat format, Observer.Fitted observer) {}

  private final Map<String, QuantizationPoint> points = new HashMap<>();
  private final Ranges observed;
  private final long[] histograms;
  private final Map<Fit, Range> fitted = new HashMap<>();

  /**
   * What was counted.
   *
   * @param graph whose points were observed, each of which may be asked for
   * @param observed smallest and largest value of each slot
   * @param histograms {@link Histogram#BINS} numbers a slot, over the observed range
   */
  public Calibration(QuantizedGraph graph, Ranges observed, long[] histograms) {
    graph.points().forEach(point -> points.put(point.name(), point));
    this.observed = observed;
    this.histograms = histograms;
  }

  /** The ranges for a variant of the network. */
  public Ranges ranges(QuantizedGraph variant) {
    Ranges ranges = Ranges.empty(variant.slots());
    for (QuantizationPoint point : variant.points()) {
      QuantizationPoint counted = points.get(point.name());
      if (counted == null || counted.slots() != point.slots()) {
        throw new IllegalArgumentException(
            "Invalid quantization point: '%s' (its values were not counted)"
                .formatted(point.name()));
      }
      for (int i = 0; i < point.slots(); i++) {
        ranges.set(point.firstSlot() + i, range(counted.firstSlot() + i, point.quantizer()));
      }
    }
    return ranges;
  }

  private Range range(int slot, ActivationQuantizer quantizer) {
    Range whole = observed.range(slot);
    if (whole.isEmpty() || !(quantizer.observer() instanceof Observer.Fitted observer)) {
      return whole;
    }
    Fit fit = new Fit(slot, quantizer.format(), observer);
    return fitted.computeIfAbsent(fit, key -> fitted(key, whole));
  }

  private Range fitted(Fit fit, Range whole) {
    int from = fit.slot() * Histogram.BINS;
    long[] counts = Arrays.copyOfRange(histograms, from, from + Histogram.BINS);
    return fit.observer().fitted(new Histogram(whole, counts), fit.format());
  }
}
