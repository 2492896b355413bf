package org.sparkqat.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.sparkqat.analysis.Hutchinson;
import org.sparkqat.analysis.Hutchinson.Trace;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.analysis.Sensitivity;
import org.sparkqat.analysis.SensitivityGrid;
import org.sparkqat.analysis.Variant;
import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.analysis.Variant.Scope;
import org.sparkqat.analysis.WeightError;
import org.sparkqat.app.output.Files;
import org.sparkqat.app.output.SensitivityJson;
import org.sparkqat.app.report.SensitivityChart;
import org.sparkqat.app.report.SensitivityTable;
import org.sparkqat.network.Block;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.tensor.Parameter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sensitivity}: what the quantization of each layer costs. */
@Command(
    name = "sensitivity",
    description = {
      "Measures loss, accuracy and noise with one layer quantized, and with all but one; one",
      "evaluation a Spark task. See spark-qat/docs/sensitivity.md."
    },
    mixinStandardHelpOptions = true)
final class SensitivityCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Mixin private SampleOptions sample = new SampleOptions();

  @Option(
      names = "--bits",
      split = ",",
      defaultValue = "8,4,2",
      paramLabel = "BITS",
      description = "Numbers of bits, each from 2 to 16 (default: ${DEFAULT-VALUE}).")
  private List<Integer> bits = new ArrayList<>();

  @Option(
      names = "--parts",
      split = ",",
      defaultValue = "weights,activations,both",
      paramLabel = "PARTS",
      description = "What of a layer is quantized (default: ${DEFAULT-VALUE}).")
  private List<Part> parts = new ArrayList<>();

  @Option(
      names = "--scopes",
      split = ",",
      defaultValue = "one,all-but",
      paramLabel = "SCOPES",
      description = "Only the layer is quantized, or all but it (default: ${DEFAULT-VALUE}).")
  private List<Scope> scopes = new ArrayList<>();

  @Option(
      names = "--hessian-vectors",
      defaultValue = "8",
      paramLabel = "N",
      description = {
        "Random vectors of the estimates of the Hessian's trace; 0: none (default:",
        "${DEFAULT-VALUE})."
      })
  private int hessianVectors = 8;

  @Option(
      names = "--hessian-step",
      defaultValue = "0.01",
      paramLabel = "SHARE",
      description = {
        "How far weights move for it, as a share of their root mean square (default:",
        "${DEFAULT-VALUE})."
      })
  private double hessianStep = 0.01;

  @Option(
      names = "--to",
      paramLabel = "FILE",
      description = "Write the result as JSON, for mixed-precision.")
  private @Nullable String to;

  @Option(names = "--picture", paramLabel = "FILE", description = "Write a picture (SVG).")
  private @Nullable String picture;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    check();
    Configuration hadoop = Sessions.hadoop();
    ModelFolder folder = ModelFolder.open(sample.model(), hadoop);
    Sensitivity found;
    try (Sessions.Lease spark = Sessions.lease("sensitivity");
        SampledModel model = SampledModel.open(spark.session(), folder, sample)) {
      found = analyze(model);
    }
    String document = SensitivityJson.write(found);
    Files.writeWhereWanted(to, hadoop, document);
    Files.writeWhereWanted(picture, hadoop, SensitivityChart.svg(found));
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? document : SensitivityTable.text(found));
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private void check() {
    for (int each : bits) {
      if (each < 2 || each > CodeFormat.MOST_BITS) {
        throw new WrongUsageException("Invalid --bits: " + each + " (allowed: 2 to 16)");
      }
    }
    if (Set.copyOf(bits).size() < bits.size()) {
      throw new WrongUsageException("Invalid --bits: " + bits + " (each once)");
    }
    if (hessianVectors < 0) {
      throw new WrongUsageException(
          "Invalid --hessian-vectors: " + hessianVectors + " (must be at least 0)");
    }
    if (!(hessianStep > 0 && hessianStep < 1)) {
      throw new WrongUsageException(
          "Invalid --hessian-step: " + hessianStep + " (allowed: above 0, below 1)");
    }
    sample.examples();
  }

  private Sensitivity analyze(SampledModel model) {
    List<Variant> variants =
        SensitivityGrid.of(model.schemes(), bits, EnumSet.copyOf(parts), EnumSet.copyOf(scopes));
    List<Measurement> measured =
        model
            .job()
            .evaluate(
                variants.stream().map(model.schemes()::scheme).toList(),
                model.job().calibrate(model.schemes()));
    List<Sensitivity.Row> rows = new ArrayList<>();
    for (int i = 0; i < variants.size(); i++) {
      rows.add(new Sensitivity.Row(variants.get(i), measured.get(i)));
    }
    return new Sensitivity(
        model.folder().job().network().name(),
        model.examples().size(),
        bits,
        model.job().reference(),
        layers(model),
        rows);
  }

  private List<Sensitivity.Layer> layers(SampledModel model) {
    List<double[]> estimates = model.job().hessian(hessianVectors, hessianStep);
    double[] squares = model.job().squaredGradients();
    List<Parameter> weights = Hutchinson.weights(model.schemes().graph().graph().network());
    List<Sensitivity.Layer> layers = new ArrayList<>();
    for (String name : model.schemes().layers()) {
      int at = weights.stream().map(Parameter::name).toList().indexOf(name + ".weight");
      layers.add(
          at < 0
              ? new Sensitivity.Layer(name, 0, Optional.empty(), 0, Map.of())
              : new Sensitivity.Layer(
                  name,
                  weights.get(at).size(),
                  trace(estimates, at),
                  squares[at],
                  errors(model, name)));
    }
    return layers;
  }

  private static Optional<Trace> trace(List<double[]> estimates, int layer) {
    return estimates.isEmpty()
        ? Optional.empty()
        : Optional.of(Trace.of(estimates.stream().map(each -> each[layer]).toList()));
  }

  private Map<Integer, WeightError> errors(SampledModel model, String layer) {
    Block block = model.schemes().block(layer).orElseThrow();
    Map<Integer, WeightError> errors = new TreeMap<>();
    for (int each : bits) {
      errors.put(
          each,
          WeightError.of(
              model.schemes().graph().graph(),
              block.index(),
              model.schemes().scheme(new Variant(layer, Part.WEIGHTS, each, Scope.ONE)),
              model.state().parameters(),
              model.state().statistics()));
    }
    return errors;
  }
}
