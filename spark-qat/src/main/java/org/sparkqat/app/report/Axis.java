package org.sparkqat.app.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * One axis of a chart: which values it spans, where they lie, and where its marks are.
 *
 * @param low first value shown
 * @param high last value shown, above {@code low}
 */
record Axis(double low, double high, Scale scale) {

  private static final double MARKS = 5;

  /** How values lie along an axis. */
  enum Scale {
    LINEAR,
    /** Powers of ten at equal distances; values are above 0. */
    LOGARITHMIC
  }

  /** An axis for the given values, widened to round numbers. */
  static Axis of(double[] values, Scale scale) {
    double low = DoubleStream.of(values).min().orElse(0);
    double high = DoubleStream.of(values).max().orElse(1);
    if (scale == Scale.LOGARITHMIC) {
      return new Axis(low * 0.8, high * 1.25, scale);
    }
    double distance = distance(low, high == low ? low + 1 : high);
    return new Axis(
            Math.floor(low / distance) * distance, Math.ceil(high / distance) * distance, scale)
        .orWider(distance);
  }

  private Axis orWider(double distance) {
    return high > low ? this : new Axis(low, low + distance, scale);
  }

  /** An axis from 0 to a number of steps. */
  static Axis ofSteps(long steps) {
    return new Axis(0, Math.max(1, steps), Scale.LINEAR);
  }

  /** 0 at the low end, 1 at the high one. */
  double place(double value) {
    return scale == Scale.LINEAR
        ? (value - low) / (high - low)
        : Math.log(value / low) / Math.log(high / low);
  }

  /** Values that get a mark. */
  List<Double> marks() {
    return scale == Scale.LINEAR ? linearMarks() : logarithmicMarks();
  }

  private List<Double> linearMarks() {
    double distance = distance(low, high);
    List<Double> marks = new ArrayList<>();
    for (long i = (long) Math.ceil(low / distance - 1e-9); i * distance <= high * (1 + 1e-9); i++) {
      marks.add(i * distance);
    }
    return marks;
  }

  private List<Double> logarithmicMarks() {
    List<Double> marks = new ArrayList<>();
    for (int power = (int) Math.floor(Math.log10(low)); Math.pow(10, power) <= high; power++) {
      for (int factor : new int[] {1, 2, 5}) {
        double mark = factor * Math.pow(10, power);
        if (mark >= low && mark <= high) {
          marks.add(mark);
        }
      }
    }
    return marks.size() <= 2 * MARKS
        ? marks
        : marks.stream().filter(mark -> Math.abs(Math.log10(mark) % 1) < 1e-9).toList();
  }

  /** 1, 2 or 5 times a power of ten, so that about five marks fit. */
  private static double distance(double low, double high) {
    double rough = (high - low) / MARKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double share = rough / power;
    return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * power;
  }

  /** A mark as text, without needless zeros. */
  static String label(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return String.format(Locale.ROOT, "%,d", (long) value);
    }
    String text = String.format(Locale.ROOT, "%.6f", value).replaceAll("0+$", "");
    return text.matches("-?0\\.") ? String.format(Locale.ROOT, "%.1e", value) : text;
  }
}
