package org.sparkqat.app;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.sparkqat.app.output.Files;
import org.sparkqat.export.OnnxExporter;
import org.sparkqat.export.OnnxForm;
import org.sparkqat.export.OnnxOptions;
import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainedModel;
import org.sparkqat.training.TrainingState;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code export}: writes a trained model as ONNX. */
@Command(
    name = "export",
    description = "Writes a model as ONNX, with QuantizeLinear and DequantizeLinear.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {

  /** Forms of a network that can be exported. */
  enum Mode {
    QAT,
    FLOAT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Output folder of a run.")
  private String model = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FILE",
      description = "File to write, on any Hadoop file system.")
  private String to = "";

  @Option(
      names = "--mode",
      defaultValue = "qat",
      paramLabel = "MODE",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Mode mode = Mode.QAT;

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = Sessions.hadoop();
    ModelFolder folder = ModelFolder.open(model, hadoop);
    TrainingState state =
        mode == Mode.QAT ? folder.latest() : folder.endOf(Phase.FLOAT).orElseGet(folder::latest);
    TrainedModel trained = folder.model(state);
    OnnxForm form = mode == Mode.QAT ? OnnxForm.QUANTIZED : OnnxForm.FLOAT;
    OnnxOptions options = new OnnxOptions(form, Version.current());
    Files.write(to, hadoop, out -> OnnxExporter.write(trained, options, out));
    return CommandLine.ExitCode.OK;
  }
}
