package org.sparkqat.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.MetricsLog;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.output.StepMetrics;
import org.sparkqat.app.output.Summary;
import org.sparkqat.app.output.Summary.Accuracies;
import org.sparkqat.engine.ArithmeticInUse;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stage.Form;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** Sums up a run that has ended. */
final class RunSummary {

  private RunSummary() {}

  static Summary of(
      JobConfiguration job,
      RunFolder folder,
      TrainingState end,
      String sparkVersion,
      ArithmeticInUse arithmetic,
      Map<String, Map<String, Object>> data)
      throws IOException {
    boolean trainsQuantized = job.training().stages().epochs(Form.QUANTIZED) > 0;
    Accuracies accuracies =
        new Accuracies(
            result(end, "floatAccuracy"),
            result(end, "ptqAccuracy"),
            trainsQuantized ? result(end, "qatAccuracy") : OptionalDouble.empty(),
            integer(job, end, trainsQuantized ? "qatAccuracy" : "ptqAccuracy"));
    double loss = result(end, trainsQuantized ? "qatLoss" : "ptqLoss").orElse(Double.NaN);
    return new Summary(
        accuracies,
        loss,
        end.position().step(),
        job.training().stages().epochs(),
        end.position().step() * job.training().batchSize(),
        seconds(folder),
        stages(job.training().stages(), end),
        ParameterLayout.sha256(end.parameters()),
        ParameterLayout.sha256(end.ranges().flat()),
        sparkVersion,
        arithmetic,
        Version.current(),
        data);
  }

  /** What is integer-true has been evaluated as integers alone. */
  private static OptionalDouble integer(JobConfiguration job, TrainingState end, String result) {
    return job.training().stages().ofNetwork(end.position()).scheme().integerTrue().isPresent()
        ? result(end, result)
        : OptionalDouble.empty();
  }

  private static List<Map<String, @Nullable Object>> stages(Stages stages, TrainingState end) {
    List<Map<String, @Nullable Object>> figures = new ArrayList<>();
    String last = stages.ofNetwork(end.position()).name();
    for (Stage stage : stages.all()) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      values.put("name", stage.name());
      values.put("epochs", stage.epochs());
      values.put("accuracy", end.results().get(stage.name() + "StageAccuracy"));
      values.put("loss", end.results().get(stage.name() + "StageLoss"));
      result(end, stage.name() + "StageValidationAccuracy")
          .ifPresent(accuracy -> values.put("validationAccuracy", accuracy));
      result(end, stage.name() + "StageValidationLoss")
          .ifPresent(loss -> values.put("validationLoss", loss));
      double failures = end.results().getOrDefault(stage.name() + "StageFailures", 0.0);
      values.put("rolledBack", (int) failures);
      values.put("isResult", stage.name().equals(last));
      figures.add(values);
    }
    return figures;
  }

  private static OptionalDouble result(TrainingState state, String key) {
    Double value = state.results().get(key);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Of all steps, those before a restart included. */
  private static double seconds(RunFolder folder) throws IOException {
    double[] sum = new double[1];
    MetricsLog.read(
        folder,
        event -> {
          if (StepMetrics.KIND.equals(event.get(MetricsLog.KIND))
              && event.get("seconds") instanceof Number seconds) {
            sum[0] += seconds.doubleValue();
          }
        });
    return sum[0];
  }
}
