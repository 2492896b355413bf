package org.sparkqat.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.benchmark.BenchmarkResult;
import org.sparkqat.app.benchmark.BenchmarkSettings;
import org.sparkqat.app.benchmark.StepBenchmark;
import org.sparkqat.app.output.Files;
import org.sparkqat.app.output.Json;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.export.OnnxExporter;
import org.sparkqat.export.OnnxForm;
import org.sparkqat.export.OnnxOptions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code benchmark}: how long a training step takes here, in float and quantized. */
@Command(
    name = "benchmark",
    description =
        "Times training steps of the engine in float and quantized, without Spark, on synthetic"
            + " data.",
    mixinStandardHelpOptions = true)
final class BenchmarkCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "Network of the zoo, as model.name of a configuration.")
  private String model = "";

  @Option(
      names = "--batch",
      defaultValue = "64",
      paramLabel = "N",
      description = "Examples of a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--threads",
      defaultValue = "1",
      paramLabel = "N",
      description = "Threads of a step (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--steps",
      defaultValue = "20",
      paramLabel = "N",
      description = "Steps that are timed (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--bits",
      defaultValue = "8",
      paramLabel = "N",
      description = "Bits of weights and activations, 2 to 8 (default: ${DEFAULT-VALUE}).")
  private int bits;

  @Option(
      names = "--engine",
      defaultValue = "auto",
      paramLabel = "NAME",
      description = "auto, onednn or reference (default: ${DEFAULT-VALUE}).")
  private String engine = "";

  @Option(
      names = "--gradients",
      defaultValue = "float32",
      paramLabel = "NAME",
      description =
          "float32 or bfloat16: numbers that gradients of quantized steps are multiplied in"
              + " (default: ${DEFAULT-VALUE}).")
  private String gradients = "";

  @Option(
      names = "--warm-up",
      defaultValue = "5",
      paramLabel = "SECONDS",
      description = "How long steps run before they are timed (default: ${DEFAULT-VALUE}).")
  private double warmUp;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private @Nullable String json;

  @Option(
      names = "--onnx",
      paramLabel = "FILE",
      description = "Also write the quantized network as ONNX, for other runtimes to be timed.")
  private @Nullable String onnx;

  @Override
  public Integer call() throws IOException {
    BenchmarkSettings settings =
        new BenchmarkSettings(
            model,
            batch,
            threads,
            steps,
            bits,
            EngineChoice.parse(engine),
            warmUp,
            GradientPrecision.parse(gradients));
    BenchmarkResult result = new StepBenchmark(settings).execute();
    PrintWriter out = spec.commandLine().getOut();
    out.print(result.text());
    out.flush();
    write(result, Sessions.hadoop());
    return CommandLine.ExitCode.OK;
  }

  private void write(BenchmarkResult result, Configuration hadoop) throws IOException {
    if (json != null) {
      Map<String, Object> document = new LinkedHashMap<>(result.json());
      document.put("sparkQatVersion", Version.current());
      byte[] text = Json.document(document).getBytes(StandardCharsets.UTF_8);
      Files.write(json, hadoop, out -> out.write(text));
    }
    if (onnx != null) {
      OnnxOptions options = new OnnxOptions(OnnxForm.QUANTIZED, Version.current());
      Files.write(onnx, hadoop, out -> OnnxExporter.write(result.model(), options, out));
    }
  }
}
