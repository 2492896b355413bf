package org.sparkqat.app.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.output.EvaluationMetrics;
import org.sparkqat.app.output.MetricsLog;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.output.StepMetrics;
import org.sparkqat.distributed.evaluation.EvaluationSet;

/** What the metrics of a run say, as curves and sums. */
final class History {

  /** Steps of one stage, and how often clipping acted in them. */
  static final class PhaseSums {
    private long steps;
    private long examples;
    private double seconds;
    private long stepsWithClippedShards;
    private long clippedShards;
    private long clippedSteps;
    private double smallestFactor = 1;
    private double smallestShardFactor = 1;
    private long clippedUnits;
    private long clippedValues;
    private double largestNorm;

    private void add(Map<String, @Nullable Object> event) {
      long shards = (long) number(event, "clippedShards", 0);
      double factor = number(event, "clipFactor", 1);
      long units = (long) number(event, "globalClippedUnits", 0);
      long values = (long) number(event, "globalClippedValues", 0);
      steps++;
      examples += (long) number(event, "examples", 0);
      seconds += number(event, "seconds", 0);
      stepsWithClippedShards += shards > 0 ? 1 : 0;
      clippedShards += shards;
      clippedSteps += factor < 1 || units + values > 0 ? 1 : 0;
      smallestFactor = Math.min(smallestFactor, factor);
      smallestShardFactor = Math.min(smallestShardFactor, number(event, "shardClipFactor", 1));
      clippedUnits += units + (long) number(event, "clippedUnits", 0);
      clippedValues += values + (long) number(event, "clippedValues", 0);
      largestNorm = Math.max(largestNorm, number(event, "gradientNorm", 0));
    }

    long steps() {
      return steps;
    }

    double examplesPerSecond() {
      return seconds > 0 ? examples / seconds : 0;
    }

    double seconds() {
      return seconds;
    }

    long stepsWithClippedShards() {
      return stepsWithClippedShards;
    }

    long clippedShards() {
      return clippedShards;
    }

    long clippedSteps() {
      return clippedSteps;
    }

    double smallestFactor() {
      return smallestFactor;
    }

    double smallestShardFactor() {
      return smallestShardFactor;
    }

    long clippedUnits() {
      return clippedUnits;
    }

    long clippedValues() {
      return clippedValues;
    }

    double largestNorm() {
      return largestNorm;
    }
  }

  private record Point(double x, double y) {}

  private final Map<String, PhaseSums> phases = new LinkedHashMap<>();
  private final List<Point> losses = new ArrayList<>();
  private final List<Point> testLosses = new ArrayList<>();
  private final List<Point> validationLosses = new ArrayList<>();
  private final Map<String, List<Point>> accuracies = new LinkedHashMap<>();
  private long lastStep;
  private long boundary;

  private History() {}

  static History read(RunFolder folder) throws IOException {
    History history = new History();
    MetricsLog.read(folder, history::add);
    return history;
  }

  private void add(Map<String, @Nullable Object> event) {
    long step = (long) number(event, MetricsLog.STEP, 0);
    String phase = String.valueOf(event.get(MetricsLog.PHASE));
    lastStep = Math.max(lastStep, step);
    if (StepMetrics.KIND.equals(event.get(MetricsLog.KIND))) {
      String stage = String.valueOf(event.getOrDefault(MetricsLog.STAGE, phase));
      phases.computeIfAbsent(stage, p -> new PhaseSums()).add(event);
      boundary = phase.equals("float") ? Math.max(boundary, step) : boundary;
      addFinite(losses, step, number(event, "loss", Double.NaN));
    } else if (EvaluationMetrics.isOf(event, EvaluationSet.VALIDATION)) {
      addFinite(validationLosses, step, number(event, "loss", Double.NaN));
    } else if (EvaluationMetrics.isOf(event, EvaluationSet.TEST)) {
      String mode = String.valueOf(event.get(MetricsLog.MODE));
      List<Point> points = accuracies.computeIfAbsent(mode, m -> new ArrayList<>());
      addFinite(points, step, number(event, "accuracy", Double.NaN));
      addFinite(testLosses, step, number(event, "loss", Double.NaN));
    }
  }

  private static void addFinite(List<Point> points, long step, double value) {
    if (Double.isFinite(value)) {
      points.add(new Point(step, value));
    }
  }

  private static double number(Map<String, @Nullable Object> event, String key, double missing) {
    return event.get(key) instanceof Number number ? number.doubleValue() : missing;
  }

  /** Sums of each stage, in their order. */
  Map<String, PhaseSums> phases() {
    return phases;
  }

  long lastStep() {
    return lastStep;
  }

  /** The last step of the float phase. */
  long boundary() {
    return boundary;
  }

  /** Loss of each step, and of each evaluation. */
  List<Series> lossSeries() {
    return List.of(
        series("training loss", "train", losses, Series.Form.BAND),
        series("validation loss", "validation", validationLosses, Series.Form.DOTS),
        series("test loss", "test", testLosses, Series.Form.DOTS));
  }

  /** Accuracy of each form of the network on the test data. */
  List<Series> accuracySeries() {
    List<Series> series = new ArrayList<>();
    accuracies.forEach(
        (mode, points) -> series.add(series(mode, "form-" + mode, points, Series.Form.DOTS)));
    return series;
  }

  private static Series series(String name, String style, List<Point> points, Series.Form form) {
    return new Series(
        name,
        style,
        points.stream().mapToDouble(Point::x).toArray(),
        points.stream().mapToDouble(Point::y).toArray(),
        form);
  }
}
