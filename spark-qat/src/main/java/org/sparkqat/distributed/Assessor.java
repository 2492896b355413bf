package org.sparkqat.distributed;

import java.util.HashMap;
import java.util.Map;
import org.sparkqat.distributed.evaluation.Evaluations;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.WeightAverage;

/** Evaluates the network where an epoch or a phase ends. */
final class Assessor {

  private final TrainingSettings settings;
  private final Schedule schedule;
  private final Crews crews;
  private final TrainingListener listener;
  private final JobDescription description;

  Assessor(
      TrainingSettings settings,
      Schedule schedule,
      Crews crews,
      TrainingListener listener,
      JobDescription description) {
    this.settings = settings;
    this.schedule = schedule;
    this.crews = crews;
    this.listener = listener;
    this.description = description;
  }

  /** What the network of a state reaches, in the arithmetic of its phase. */
  Evaluations evaluate(TrainingState state) {
    Position at = state.position();
    description.evaluation(at);
    Arithmetic arithmetic = at.phase() == Phase.FLOAT ? Arithmetic.FLOAT : Arithmetic.QUANTIZED;
    TrainingState network = WeightAverage.taken(state);
    Evaluations evaluations =
        crews
            .evaluator(settings.worker(schedule.stage(at)))
            .evaluate(
                StepOrder.ofInference(
                    arithmetic, network.parameters(), network.statistics(), network.ranges()));
    listener.evaluated(state, evaluations.test());
    evaluations.validation().ifPresent(each -> listener.validated(state, each));
    return evaluations;
  }

  /** The results of a state with what was found at the end of its phase: by form, and by stage. */
  Map<String, Double> results(TrainingState state, Evaluations found) {
    Position ended = state.position();
    Map<String, Double> results = new HashMap<>(state.results());
    switch (ended.phase()) {
      case FLOAT -> found.putInto(results, "float");
      case CALIBRATION -> {
        if (!results.containsKey("ptqAccuracy")) {
          found.putInto(results, "ptq");
        }
      }
      case QAT, ESTIMATION, DONE -> found.putInto(results, "qat");
    }
    if (ended.phase() != Phase.CALIBRATION) {
      found.putInto(results, schedule.stage(ended).name() + "Stage");
    }
    return results;
  }
}
