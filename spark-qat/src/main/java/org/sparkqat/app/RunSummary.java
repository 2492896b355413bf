package org.sparkqat.app;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalDouble;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.MetricsLog;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.output.StepMetrics;
import org.sparkqat.app.output.Summary;
import org.sparkqat.app.output.Summary.Accuracies;
import org.sparkqat.engine.ArithmeticInUse;
import org.sparkqat.tensor.ParameterLayout;
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
    int floatEpochs = job.training().floatEpochs();
    int qatEpochs = job.training().qatEpochs();
    Accuracies accuracies =
        new Accuracies(
            result(end, "floatAccuracy"),
            result(end, "ptqAccuracy"),
            qatEpochs > 0 ? result(end, "qatAccuracy") : OptionalDouble.empty(),
            OptionalDouble.empty());
    double loss = result(end, qatEpochs > 0 ? "qatLoss" : "ptqLoss").orElse(Double.NaN);
    return new Summary(
        accuracies,
        loss,
        end.position().step(),
        floatEpochs + qatEpochs,
        end.position().step() * job.training().batchSize(),
        seconds(folder),
        ParameterLayout.sha256(end.parameters()),
        ParameterLayout.sha256(end.ranges().flat()),
        sparkVersion,
        arithmetic,
        Version.current(),
        data);
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
