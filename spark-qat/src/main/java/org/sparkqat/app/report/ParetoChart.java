package org.sparkqat.app.report;

import java.util.List;
import java.util.Locale;
import org.sparkqat.analysis.Budget;
import org.sparkqat.analysis.MixedPrecision.Choice;

/** The Pareto curve of cost and score as a picture (SVG), with the choice on it. */
public final class ParetoChart {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 360;
  private static final int LEFT = 90;
  private static final int EDGE = 30;

  private final Axis x;
  private final Axis y;
  private final Budget budget;

  private ParetoChart(Axis x, Axis y, Budget budget) {
    this.x = x;
    this.y = y;
    this.budget = budget;
  }

  /** The picture of a curve; scores of 0 lie at its lower edge. */
  public static String svg(Budget budget, List<Choice> curve, Choice chosen) {
    double[] costs = curve.stream().mapToDouble(Choice::units).toArray();
    double[] scores =
        curve.stream().mapToDouble(Choice::score).filter(score -> score > 0).toArray();
    Axis.Scale scale = scores.length > 0 ? Axis.Scale.LOGARITHMIC : Axis.Scale.LINEAR;
    return new ParetoChart(Axis.of(costs, Axis.Scale.LINEAR), Axis.of(scores, scale), budget)
        .draw(curve, chosen);
  }

  private String draw(List<Choice> curve, Choice chosen) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        text(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            WIDTH, HEIGHT, WIDTH, HEIGHT));
    for (double mark : y.marks()) {
      svg.append(
          text(
              "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>\n<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.3g</text>\n",
              LEFT, top(mark), WIDTH - EDGE, top(mark), LEFT - 8, top(mark) + 4, mark));
    }
    for (double mark : x.marks()) {
      svg.append(
          text(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
              left(mark), HEIGHT - EDGE + 18, Axis.label(mark)));
    }
    StringBuilder points = new StringBuilder();
    curve.forEach(each -> points.append(point(each)));
    svg.append(
        text(
            "<polyline points=\"%s\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>\n",
            points.toString().strip()));
    svg.append(
        text(
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"#c00\"><title>%s</title></circle>\n",
            left(chosen.units()), top(chosen.score()), budget.text(chosen.units())));
    svg.append(text("<text x=\"%d\" y=\"18\" font-weight=\"bold\">score</text>\n", LEFT - 40));
    return svg.append("</svg>\n").toString();
  }

  private String point(Choice choice) {
    return text("%.1f,%.1f ", left(choice.units()), top(choice.score()));
  }

  private double left(double cost) {
    return LEFT + x.place(cost) * (WIDTH - LEFT - EDGE);
  }

  private double top(double score) {
    double place = score > 0 || y.scale() == Axis.Scale.LINEAR ? y.place(score) : 0;
    return HEIGHT - EDGE - Math.max(0, Math.min(1, place)) * (HEIGHT - 2 * EDGE);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
