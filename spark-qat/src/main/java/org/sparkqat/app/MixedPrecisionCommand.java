package org.sparkqat.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.sparkqat.analysis.Budget;
import org.sparkqat.analysis.LayerSchemes;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.analysis.MixedPrecision;
import org.sparkqat.analysis.MixedPrecision.Choice;
import org.sparkqat.analysis.Score;
import org.sparkqat.analysis.Sensitivity;
import org.sparkqat.app.output.Files;
import org.sparkqat.app.output.SensitivityJson;
import org.sparkqat.app.report.ParetoChart;
import org.sparkqat.app.report.PrecisionTable;
import org.sparkqat.quantization.QuantizationRule;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mixed-precision}: the best bits of each layer within a budget. */
@Command(
    name = "mixed-precision",
    description = {
      "Chooses the bits of each layer from a sensitivity analysis, the exact optimum within a",
      "budget, and verifies the choice. See spark-qat/docs/sensitivity.md."
    },
    mixinStandardHelpOptions = true)
final class MixedPrecisionCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Mixin private SampleOptions sample = new SampleOptions();

  @Option(
      names = "--sensitivity",
      required = true,
      paramLabel = "FILE",
      description = "What sensitivity --to wrote of the same model.")
  private String analysis = "";

  @ArgGroup(multiplicity = "1")
  private BudgetOptions budgets = new BudgetOptions();

  @Option(
      names = "--score",
      defaultValue = "output-noise",
      paramLabel = "SCORE",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Score score = Score.OUTPUT_NOISE;

  @Option(
      names = "--activation-bits",
      paramLabel = "BITS",
      description = "Bits of all activations, 1 to 16 (default: the most of the analysis).")
  private @Nullable Integer activationBits;

  @Option(
      names = "--curve",
      defaultValue = "12",
      paramLabel = "N",
      description = "Points of the Pareto curve (default: ${DEFAULT-VALUE}).")
  private int points = 12;

  @Option(
      names = "--skip-verification",
      description = "Do not evaluate the choice beside networks of one number of bits.")
  private boolean skipsVerification;

  @Option(
      names = "--to",
      paramLabel = "FILE",
      description = "Write the rules of the choice (YAML), a further --config of train.")
  private @Nullable String to;

  @Option(names = "--picture", paramLabel = "FILE", description = "Write the curve (SVG).")
  private @Nullable String picture;

  @Option(names = "--json", description = "Print JSON instead of tables.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = Sessions.hadoop();
    ModelFolder folder = ModelFolder.open(sample.model(), hadoop);
    LayerSchemes schemes = new LayerSchemes(folder.job().network(), folder.job().scheme());
    Sensitivity sensitivity = sensitivity(hadoop, schemes);
    Budget budget = budgets.budget();
    MixedPrecision all =
        new MixedPrecision(schemes, sensitivity, score, budget.kind(), activations());
    Choice chosen = all.choose(budget);
    Map<String, Choice> others = new LinkedHashMap<>();
    sensitivity.bits().forEach(bits -> others.put(bits + " bits", all.uniform(bits)));
    List<Choice> curve = all.curve(points);
    String rules = PrecisionTable.rules(chosen, comment(folder, budget, chosen));
    Files.writeWhereWanted(to, hadoop, rules);
    Files.writeWhereWanted(picture, hadoop, ParetoChart.svg(budget, curve, chosen));
    PrecisionResult result = new PrecisionResult(budget, chosen, others, curve, Map.of());
    if (!skipsVerification) {
      result =
          new PrecisionResult(budget, chosen, others, curve, verified(folder, result.networks()));
    }
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? result.json() : result.text(rules));
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private OptionalInt activations() {
    if (activationBits == null) {
      return OptionalInt.empty();
    }
    if (activationBits < 1 || activationBits > 16) {
      throw new WrongUsageException(
          "Invalid --activation-bits: " + activationBits + " (allowed: 1 to 16)");
    }
    return OptionalInt.of(activationBits);
  }

  private Sensitivity sensitivity(Configuration hadoop, LayerSchemes schemes) throws IOException {
    Path path = new Path(analysis);
    Sensitivity read;
    try (InputStream in = path.getFileSystem(hadoop).open(path)) {
      read = SensitivityJson.read(new String(in.readAllBytes(), StandardCharsets.UTF_8), analysis);
    }
    List<String> layers = read.layers().stream().map(Sensitivity.Layer::name).toList();
    if (!layers.equals(schemes.layers())) {
      throw new WrongUsageException(
          "Invalid --sensitivity: %s (its network '%s' has other layers than the model's, '%s')"
              .formatted(analysis, read.network(), schemes.graph().graph().network().name()));
    }
    return read;
  }

  private Map<String, Measurement> verified(ModelFolder folder, Map<String, Choice> choices) {
    Map<String, Measurement> found = new LinkedHashMap<>();
    try (Sessions.Lease spark = Sessions.lease("mixed-precision");
        SampledModel model = SampledModel.open(spark.session(), folder, sample)) {
      found.put(PrecisionResult.FLOAT, model.job().reference());
      List<Measurement> measured =
          model
              .job()
              .evaluate(
                  choices.values().stream()
                      .map(choice -> model.schemes().scheme(choice.layers()))
                      .toList(),
                  model.job().calibrate(model.schemes()));
      for (String name : choices.keySet()) {
        found.put(name, measured.get(found.size() - 1));
      }
    }
    return found;
  }

  /** What was chosen; and what a list in a later file takes away, if there is such. */
  private String comment(ModelFolder folder, Budget budget, Choice chosen) {
    String comment =
        "mixed precision: %s (budget: %s), score %s"
            .formatted(budget.text(chosen.units()), budget.text(), score);
    String rules =
        folder.job().quantization().scheme().rules().stream()
            .filter(rule -> !rule.equals(QuantizationRule.real(QuantizationRule.ALL, rule.real())))
            .map(rule -> "'" + rule.match() + "'")
            .collect(Collectors.joining(", "));
    return rules.isEmpty()
        ? comment
        : comment
            + "\n# it replaces quantization.layers of the job: put its rules before these, for "
            + rules;
  }
}
