package org.sparkqat.app.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.analysis.Sensitivity;
import org.sparkqat.analysis.Variant;
import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.analysis.Variant.Scope;

/**
 * A sensitivity analysis as a picture (SVG): a row for each layer, a column for each part and
 * number of bits; the redder a field, the more noise that layer alone adds to the outputs.
 */
public final class SensitivityChart {

  private static final int LEFT = 190;
  private static final int TOP = 64;
  private static final int WIDTH = 58;
  private static final int HEIGHT = 20;
  private static final double RED_DECIBELS = 0;
  private static final double WHITE_DECIBELS = 50;

  private record Column(Part part, int bits) {}

  private SensitivityChart() {}

  /** The picture of the grid in which one layer is quantized. */
  public static String svg(Sensitivity sensitivity) {
    List<Column> columns = new ArrayList<>();
    for (Part part : Part.values()) {
      sensitivity.bits().forEach(bits -> columns.add(new Column(part, bits)));
    }
    int width = LEFT + columns.size() * WIDTH + 10;
    int height = TOP + sensitivity.layers().size() * HEIGHT + 10;
    StringBuilder svg = new StringBuilder();
    svg.append(
        text(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n",
            width, height, width, height));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    svg.append(
        text(
            "<text x=\"10\" y=\"18\" font-weight=\"bold\">%s: SQNR of the outputs in dB, one layer quantized</text>\n",
            Html.escape(sensitivity.network())));
    for (int i = 0; i < columns.size(); i++) {
      heading(svg, columns.get(i), LEFT + i * WIDTH + WIDTH / 2);
    }
    for (int row = 0; row < sensitivity.layers().size(); row++) {
      row(svg, sensitivity, sensitivity.layers().get(row).name(), columns, TOP + row * HEIGHT);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void heading(StringBuilder svg, Column column, int x) {
    svg.append(
        text(
            "<text x=\"%d\" y=\"40\" text-anchor=\"middle\" font-size=\"10\">%s</text>\n",
            x, SensitivityTable.word(column.part())));
    svg.append(
        text("<text x=\"%d\" y=\"54\" text-anchor=\"middle\">%d bit</text>\n", x, column.bits()));
  }

  private static void row(
      StringBuilder svg, Sensitivity sensitivity, String layer, List<Column> columns, int y) {
    svg.append(
        text(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n",
            LEFT - 8, y + HEIGHT - 6, Html.escape(layer)));
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      Optional<Measurement> found =
          sensitivity.found(new Variant(layer, column.part(), column.bits(), Scope.ONE));
      if (found.isPresent()) {
        field(svg, found.get().sqnr(), LEFT + i * WIDTH, y);
      }
    }
  }

  private static void field(StringBuilder svg, double sqnr, int x, int y) {
    double share = (WHITE_DECIBELS - sqnr) / (WHITE_DECIBELS - RED_DECIBELS);
    int pale = (int) Math.round(255 * (1 - 0.8 * Math.max(0, Math.min(1, share))));
    svg.append(
        text(
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"rgb(255,%d,%d)\" stroke=\"#ddd\"/>\n",
            x, y, WIDTH, HEIGHT, pale, pale));
    svg.append(
        text(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
            x + WIDTH / 2, y + HEIGHT - 6, SensitivityTable.decibels(sqnr)));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
