package org.sparkqat.app.report;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Curves over the steps of a run, as SVG.
 *
 * @param boundary step at which QAT begins; 0 or the last step: no line is drawn
 * @param labels how values of the vertical axis are written
 */
record LineChart(
    String title,
    Axis x,
    Axis y,
    long boundary,
    List<Series> series,
    DoubleFunction<String> labels) {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 280;
  private static final int LEFT = 58;
  private static final int RIGHT = 12;
  private static final int TOP = 34;
  private static final int BOTTOM = 34;

  String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(WIDTH, HEIGHT, Html.escape(title)));
    grid(svg);
    if (boundary > 0 && boundary < x.high()) {
      boundary(svg);
    }
    series.stream().filter(s -> s.form() == Series.Form.BAND).forEach(s -> band(svg, s));
    series.forEach(s -> line(svg, s));
    legend(svg);
    return svg.append("</svg>\n").toString();
  }

  private void grid(StringBuilder svg) {
    for (double mark : y.marks()) {
      double at = top(mark);
      svg.append(
          text(
              "<line class=\"grid\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>\n",
              LEFT, at, WIDTH - RIGHT, at));
      svg.append(
          text(
              "<text class=\"mark end\" x=\"%d\" y=\"%.1f\">%s</text>\n",
              LEFT - 8, at + 4, Html.escape(labels.apply(mark))));
    }
    for (double mark : x.marks()) {
      svg.append(
          text(
              "<text class=\"mark middle\" x=\"%.1f\" y=\"%d\">%s</text>\n",
              left(mark), HEIGHT - BOTTOM + 18, Axis.label(mark)));
    }
    svg.append(
        text(
            "<text class=\"mark end\" x=\"%d\" y=\"%d\">step</text>\n", WIDTH - RIGHT, HEIGHT - 2));
  }

  private void boundary(StringBuilder svg) {
    double at = left((double) boundary);
    svg.append(
        text(
            "<line class=\"boundary\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n",
            at, TOP, at, HEIGHT - BOTTOM));
    svg.append(
        text("<text class=\"mark end\" x=\"%.1f\" y=\"%d\">float</text>\n", at - 6, TOP + 12));
    svg.append(text("<text class=\"mark\" x=\"%.1f\" y=\"%d\">QAT</text>\n", at + 6, TOP + 12));
  }

  private void band(StringBuilder svg, Series curve) {
    Series low = curve.lowest();
    Series high = curve.highest();
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < high.x().length; i++) {
      points.append(point(high, i));
    }
    for (int i = low.x().length - 1; i >= 0; i--) {
      points.append(point(low, i));
    }
    svg.append(
        text(
            "<polygon class=\"band %s\" points=\"%s\"/>\n",
            curve.style(), points.toString().strip()));
  }

  private void line(StringBuilder svg, Series curve) {
    Series thinned = curve.thinned();
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < thinned.x().length; i++) {
      points.append(point(thinned, i));
    }
    svg.append(
        text(
            "<polyline class=\"curve %s\" points=\"%s\"/>\n",
            curve.style(), points.toString().strip()));
    if (curve.form() == Series.Form.DOTS) {
      for (int i = 0; i < thinned.x().length; i++) {
        svg.append(
            text(
                "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s: %s</title></circle>\n",
                curve.style(),
                left(thinned.x()[i]),
                top(thinned.y()[i]),
                Html.escape(curve.name()),
                Html.escape(labels.apply(thinned.y()[i]))));
      }
    }
  }

  private void legend(StringBuilder svg) {
    svg.append(
        text("<text class=\"title\" x=\"%d\" y=\"16\">%s</text>\n", LEFT, Html.escape(title)));
    int at = WIDTH - RIGHT;
    for (int i = series.size() - 1; i >= 0; i--) {
      Series curve = series.get(i);
      svg.append(
          text(
              "<text class=\"mark end\" x=\"%d\" y=\"16\">%s</text>\n",
              at, Html.escape(curve.name())));
      at -= 6 * curve.name().length() + 8;
      svg.append(
          text(
              "<line class=\"curve %s\" x1=\"%d\" y1=\"12\" x2=\"%d\" y2=\"12\"/>\n",
              curve.style(), at - 16, at));
      at -= 32;
    }
  }

  private String point(Series curve, int i) {
    return text("%.1f,%.1f ", left(curve.x()[i]), top(curve.y()[i]));
  }

  private double left(double value) {
    return LEFT + x.place(value) * (WIDTH - LEFT - RIGHT);
  }

  private double top(double value) {
    double place = Math.max(0, Math.min(1, y.place(value)));
    return HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
