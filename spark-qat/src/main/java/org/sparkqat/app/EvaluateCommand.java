package org.sparkqat.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.output.Json;
import org.sparkqat.app.output.Summary.Accuracies;
import org.sparkqat.app.report.AccuracyTable;
import org.sparkqat.app.report.AccuracyTable.Measure;
import org.sparkqat.data.ExampleSource;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.evaluation.Evaluation;
import org.sparkqat.distributed.evaluation.IntegerEvaluation;
import org.sparkqat.distributed.evaluation.ModelEvaluator;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evaluate}: the accuracy of a trained model on labelled examples. */
@Command(
    name = "evaluate",
    description = "Measures the accuracy of a model: float, quantized after training, QAT.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {

  /** Forms of a network that can be evaluated. */
  enum Mode {
    FLOAT(Phase.FLOAT),
    PTQ(Phase.CALIBRATION),
    QAT(Phase.QAT),
    ALL(Phase.DONE);

    private final Phase phase;

    /** The mode of what a phase ends with. */
    Mode(Phase phase) {
      this.phase = phase;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    private List<Mode> forms() {
      return this == ALL ? List.of(FLOAT, PTQ, QAT) : List.of(this);
    }
  }

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Output folder of a run.")
  private String model = "";

  @Mixin private ExampleOptions options = new ExampleOptions();

  @Option(
      names = "--mode",
      defaultValue = "all",
      paramLabel = "MODE",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Mode mode = Mode.ALL;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Option(
      names = "--integer-only",
      description = "Evaluate the quantized forms in integers only, beside quantized evaluation.")
  private boolean integerOnly;

  @Option(
      names = "--rounding",
      paramLabel = "POLICY",
      description =
          "With --integer-only: fixed-point-double, fixed-point-single or float-half-even (default:"
              + " that of the run's quantization.integer-true, else float-half-even).")
  private @Nullable String rounding;

  @Override
  public Integer call() throws IOException {
    requireMatch();
    ModelFolder folder = ModelFolder.open(model, Sessions.hadoop());
    ExampleSource source = options.examples(folder.job().data(), Split.TEST);
    Map<Mode, TrainingState> states = states(folder);
    if (integerOnly) {
      evaluateIntegers(folder, source, states);
      return 0;
    }
    Map<Mode, Evaluation> found = new EnumMap<>(Mode.class);
    try (Sessions.Lease spark = Sessions.lease("evaluate");
        ShardedDataset examples = Examples.prepare(spark.session(), folder.job(), source)) {
      states.forEach(
          (form, state) ->
              found.put(
                  form,
                  new ModelEvaluator(spark.session(), folder.worker(state))
                      .evaluate(
                          state,
                          form == Mode.FLOAT ? Arithmetic.FLOAT : Arithmetic.QUANTIZED,
                          examples)));
    }
    print(folder, found);
    return 0;
  }

  private void requireMatch() {
    if (rounding != null && !integerOnly) {
      throw new WrongUsageException(
          "Invalid options: --rounding without --integer-only (quantized evaluation has one rounding)");
    }
    if (integerOnly && mode == Mode.FLOAT) {
      throw new WrongUsageException(
          "Invalid --mode: float (--integer-only evaluates quantized forms: ptq, qat, all)");
    }
  }

  private void evaluateIntegers(
      ModelFolder folder, ExampleSource source, Map<Mode, TrainingState> states) {
    Rounding policy = policy(folder);
    states.remove(Mode.FLOAT);
    if (states.isEmpty()) {
      throw new IllegalStateException(
          "Cannot evaluate integers: no quantized phase of the run in %s has ended (use --resume)"
              .formatted(model));
    }
    // What has no integer form is refused before Spark starts.
    states.values().forEach(state -> folder.model(state).integers(policy));
    Map<String, IntegerEvaluation> found = new LinkedHashMap<>();
    try (Sessions.Lease spark = Sessions.lease("evaluate");
        ShardedDataset examples = Examples.prepare(spark.session(), folder.job(), source)) {
      states.forEach(
          (form, state) ->
              found.put(
                  form.toString(),
                  new ModelEvaluator(spark.session(), folder.worker(state))
                      .evaluateIntegers(state, policy, examples)));
    }
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    IntegerReport report = new IntegerReport(policy, found);
    out.print(json ? report.json() : report.text(folder.job().data().isRegression()));
    out.flush();
  }

  private Rounding policy(ModelFolder folder) {
    if (rounding == null) {
      return folder.job().scheme().integerTrue().orElse(Rounding.FLOAT_HALF_EVEN);
    }
    try {
      return Rounding.parse(rounding);
    } catch (IllegalArgumentException e) {
      throw new WrongUsageException(
          String.valueOf(e.getMessage()).replace("Invalid ", "Invalid --"));
    }
  }

  /** The states that the wanted forms have; a form that is asked for by name must be there. */
  private Map<Mode, TrainingState> states(ModelFolder folder) {
    Map<Mode, TrainingState> states = new EnumMap<>(Mode.class);
    for (Mode form : mode.forms()) {
      Optional<TrainingState> state = folder.endOf(form.phase);
      if (state.isEmpty() && mode != Mode.ALL) {
        throw new IllegalStateException(
            "Cannot evaluate %s: the run in %s did not get there (allowed: all)"
                .formatted(form, model));
      }
      state.ifPresent(found -> states.put(form, found));
    }
    if (states.isEmpty()) {
      throw new IllegalStateException(
          "Cannot evaluate " + model + ": no phase of its training has ended (use --resume)");
    }
    return states;
  }

  private void print(ModelFolder folder, Map<Mode, Evaluation> found) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      Map<String, Object> values = new LinkedHashMap<>();
      found.forEach(
          (form, evaluation) -> {
            values.put(form + "Accuracy", evaluation.accuracy());
            values.put(form + "Loss", evaluation.loss());
            values.put("examples", evaluation.examples());
          });
      out.print(Json.document(values));
    } else {
      boolean regression = folder.job().data().isRegression();
      Accuracies accuracies =
          new Accuracies(
              accuracy(found, Mode.FLOAT),
              accuracy(found, Mode.PTQ),
              accuracy(found, Mode.QAT),
              OptionalDouble.empty());
      out.print(AccuracyTable.text(accuracies, regression ? Measure.R_SQUARED : Measure.ACCURACY));
    }
    out.flush();
  }

  private static OptionalDouble accuracy(Map<Mode, Evaluation> found, Mode form) {
    Evaluation evaluation = found.get(form);
    return evaluation == null ? OptionalDouble.empty() : OptionalDouble.of(evaluation.accuracy());
  }
}
