package org.sparkqat.app.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.output.Summary;
import org.sparkqat.app.report.AccuracyTable.Measure;

/** {@code report.html}: a run on one page, which needs nothing but itself. */
public final class HtmlReport {

  private static final String STYLES = "report.css";
  private static final double WIDE_RANGE = 20;

  private final ModelTable model;
  private final Summary summary;
  private final Measure measure;
  private final String configuration;
  private final History history;

  private HtmlReport(
      ModelTable model, Summary summary, Measure measure, String configuration, History history) {
    this.model = model;
    this.summary = summary;
    this.measure = measure;
    this.configuration = configuration;
    this.history = history;
  }

  /**
   * The page of the run in the given folder, whose metrics are read.
   *
   * @param configuration as resolved
   */
  public static String of(
      RunFolder folder, ModelTable model, Summary summary, Measure measure, String configuration)
      throws IOException {
    return new HtmlReport(model, summary, measure, configuration, History.read(folder)).page();
  }

  private String page() {
    return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>%1$s - spark-qat</title>
    <style>
    %2$s</style>
    </head>
    <body>
    <main>
    <header><h1>%1$s</h1><p>%3$s</p></header>
    <section class="tiles">
    %4$s</section>
    <section><h2>Accuracy</h2>
    %5$s</section>
    <section><h2>Training</h2>
    <div class="charts">
    %6$s</div>
    %7$s</section>
    <section><h2>Layers</h2>
    %8$s</section>
    <section><h2>Configuration</h2>
    <details><summary>config.yaml</summary><pre>%9$s</pre></details>
    %10$s</section>
    </main>
    </body>
    </html>
    """
        .formatted(
            Html.escape(model.name()),
            styles(),
            Html.escape(subtitle()),
            tiles(),
            accuracies(),
            charts(),
            phases(),
            layers(),
            Html.escape(configuration),
            identity());
  }

  private String subtitle() {
    return format(
        "%,d steps, %,d examples in %s, %,.0f examples a second",
        summary.steps(),
        summary.examples(),
        duration(summary.seconds()),
        summary.examplesPerSecond());
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    return whole < 60
        ? format("%.1f s", seconds)
        : whole < 3600
            ? format("%d min %02d s", whole / 60, whole % 60)
            : format("%d h %02d min", whole / 3600, whole / 60 % 60);
  }

  private String tiles() {
    StringBuilder html = new StringBuilder();
    for (AccuracyTable.Line line : AccuracyTable.lines(summary.accuracies(), measure)) {
      html.append(tile(line.form(), line.figure(), line.difference()));
    }
    double ratio = (double) model.floatBytes() / Math.max(1, model.quantizedBytes());
    html.append(
        tile(
            "size",
            ModelTable.bytes(model.quantizedBytes()),
            format("%s in float, %.1f times", ModelTable.bytes(model.floatBytes()), ratio)));
    return html.toString();
  }

  private static String tile(String name, String figure, String note) {
    return "<div class=\"tile\"><span>%s</span><strong>%s</strong><em>%s</em></div>\n"
        .formatted(Html.escape(name), Html.escape(figure), Html.escape(note));
  }

  private String accuracies() {
    List<List<String>> rows = new ArrayList<>();
    for (AccuracyTable.Line line : AccuracyTable.lines(summary.accuracies(), measure)) {
      rows.add(List.of(line.form(), line.figure(), line.difference()));
    }
    List<String> headings = List.of("network", AccuracyTable.heading(measure), "against float");
    return Html.table(headings, List.of(1, 2), rows) + stages();
  }

  /** What each stage has come to; nothing where there are just a float and a quantized one. */
  private String stages() {
    if (summary.stages().size() <= 2) {
      return "";
    }
    List<List<String>> rows = new ArrayList<>();
    for (Map<String, @Nullable Object> stage : summary.stages()) {
      rows.add(
          List.of(
              stage.get("name") + (Boolean.TRUE.equals(stage.get("isResult")) ? " (result)" : ""),
              String.valueOf(stage.get("epochs")),
              stage.get("accuracy") instanceof Double accuracy
                  ? AccuracyTable.figure(accuracy, measure)
                  : "",
              stage.get("loss") instanceof Double loss ? format("%.4f", loss) : "",
              String.valueOf(stage.get("rolledBack"))));
    }
    return Html.table(
        List.of("stage", "epochs", AccuracyTable.heading(measure), "loss", "rolled back"),
        List.of(1, 2, 3, 4),
        rows);
  }

  private String charts() {
    StringBuilder html = new StringBuilder();
    DoubleFunction<String> percent =
        measure == Measure.ACCURACY
            ? value -> Axis.label(Math.round(value * 1e6) / 1e4) + " %"
            : Axis::label;
    addChart(html, "Loss", history.lossSeries(), Axis::label);
    addChart(html, AccuracyTable.heading(measure), history.accuracySeries(), percent);
    return html.toString();
  }

  private void addChart(
      StringBuilder html, String title, List<Series> all, DoubleFunction<String> labels) {
    List<Series> series = all.stream().filter(s -> s.x().length > 0).toList();
    double[] values =
        series.stream().flatMapToDouble(s -> DoubleStream.of(s.thinned().y())).toArray();
    if (values.length == 0) {
      return;
    }
    double low = DoubleStream.of(values).min().orElse(0);
    double high = DoubleStream.of(values).max().orElse(1);
    Axis.Scale scale =
        low > 0 && high > WIDE_RANGE * low ? Axis.Scale.LOGARITHMIC : Axis.Scale.LINEAR;
    html.append(
        new LineChart(
                title,
                Axis.ofSteps(history.lastStep()),
                Axis.of(values, scale),
                history.boundary(),
                series,
                labels)
            .svg());
  }

  private String phases() {
    List<List<String>> rows = new ArrayList<>();
    history
        .phases()
        .forEach(
            (phase, sums) ->
                rows.add(
                    List.of(
                        phase,
                        format("%,d", sums.steps()),
                        duration(sums.seconds()),
                        format("%,.0f", sums.examplesPerSecond()),
                        format("%.3g", sums.largestNorm()),
                        share(sums.stepsWithClippedShards(), sums.steps()),
                        format("%,d", sums.clippedShards()),
                        share(sums.clippedSteps(), sums.steps()),
                        format("%.3g", sums.smallestFactor()),
                        format("%.3g", sums.smallestShardFactor()),
                        format("%,d", sums.clippedUnits()),
                        format("%,d", sums.clippedValues()))));
    return Html.table(
        List.of(
            "stage",
            "steps",
            "time",
            "examples/s",
            "largest gradient norm",
            "steps with clipped shards",
            "clipped shard gradients",
            "steps clipped globally",
            "smallest factor",
            "smallest factor of a shard",
            "clipped units",
            "clipped values"),
        List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
        rows);
  }

  private static String share(long part, long all) {
    return all == 0 ? "" : format("%.1f %%", 100.0 * part / all);
  }

  private String layers() {
    return Html.table(ModelTable.HEADINGS, List.of(3, 7, 8), model.cells());
  }

  private String identity() {
    return Html.table(
        List.of("", ""),
        List.of(),
        List.of(
            List.of("spark-qat", summary.sparkQatVersion()),
            List.of("Spark", summary.sparkVersion()),
            List.of("arithmetic", summary.arithmetic().text()),
            List.of("parameters SHA-256", summary.parametersSha256()),
            List.of("ranges SHA-256", summary.rangesSha256())));
  }

  private static String styles() {
    try (InputStream in = HtmlReport.class.getResourceAsStream(STYLES)) {
      if (in == null) {
        throw new IllegalStateException("Cannot find resource: " + STYLES + " (build with Maven)");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to read resource: " + STYLES, e);
    }
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
