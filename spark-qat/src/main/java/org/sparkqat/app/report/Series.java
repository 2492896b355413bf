package org.sparkqat.app.report;

import java.util.Arrays;

/**
 * One curve of a chart.
 *
 * @param style class of the curve in the style sheet
 */
record Series(String name, String style, double[] x, double[] y, Form form) {

  private static final int MAX_POINTS = 400;

  /** How a curve is drawn. */
  enum Form {
    /** Means of neighbours as a line, their extremes as a band. */
    BAND,
    /** Every value as a dot on a line. */
    DOTS
  }

  Series {
    x = x.clone();
    y = y.clone();
  }

  /** A curve with no more points than a screen can show: means of neighbours. */
  Series thinned() {
    return group(values -> Arrays.stream(values).average().orElse(0));
  }

  Series lowest() {
    return group(values -> Arrays.stream(values).min().orElse(0));
  }

  Series highest() {
    return group(values -> Arrays.stream(values).max().orElse(0));
  }

  private interface Figure {
    double of(double[] values);
  }

  private Series group(Figure figure) {
    int points = Math.min(MAX_POINTS, Math.max(1, x.length / 4));
    if (form == Form.DOTS || x.length <= 8) {
      return this;
    }
    double[] newX = new double[points];
    double[] newY = new double[points];
    for (int i = 0; i < points; i++) {
      int from = (int) ((long) x.length * i / points);
      int to = (int) ((long) x.length * (i + 1) / points);
      newX[i] = Arrays.stream(x, from, to).average().orElse(0);
      newY[i] = figure.of(Arrays.copyOfRange(y, from, to));
    }
    return new Series(name, style, newX, newY, form);
  }
}
