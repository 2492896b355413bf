package org.sparkqat.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.output.StartMode;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code train}: float training, calibration and quantization-aware training of one network. */
@Command(
    name = "train",
    description = "Trains a network: float, then quantization-aware.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {

  private static final String AUTO = "auto";

  @Spec private @Nullable CommandSpec spec;

  @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

  @Option(
      names = "--resume",
      arity = "0..1",
      fallbackValue = AUTO,
      paramLabel = "NAME",
      description = {
        "Go on with the run in the output folder: from checkpoint NAME, or from the latest"
            + " complete",
        "one (auto, the default). Without a checkpoint the run starts from the beginning."
      })
  private @Nullable String resume;

  @Option(names = "--overwrite", description = "Replace the run in the output folder.")
  private boolean overwrite;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    TrainingJob.prepare(configuration.files(), configuration.overrides(), mode(), out).execute();
    return CommandLine.ExitCode.OK;
  }

  private StartMode mode() {
    if (resume != null && overwrite) {
      throw new WrongUsageException("Invalid options: --resume and --overwrite (use one of them)");
    }
    if (resume != null) {
      return new StartMode.Resume(resume.equals(AUTO) ? Optional.empty() : Optional.of(resume));
    }
    return overwrite ? new StartMode.Overwrite() : new StartMode.Fresh();
  }
}
