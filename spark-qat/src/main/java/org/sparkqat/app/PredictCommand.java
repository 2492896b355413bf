package org.sparkqat.app;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.sparkqat.distributed.evaluation.Predictor;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.training.Phase;
import org.sparkqat.training.TrainingState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code predict}: adds predictions to a DataFrame. */
@Command(
    name = "predict",
    description = "Reads examples and writes them with prediction and probabilities (Parquet).",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Output folder of a run.")
  private String model = "";

  @Option(names = "--input", required = true, paramLabel = "PATH", description = "Examples.")
  private String input = "";

  @Mixin private SourceOptions options = new SourceOptions();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "PATH",
      description = "Folder to write to; must not exist.")
  private String output = "";

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = Sessions.hadoop();
    ModelFolder folder = ModelFolder.open(model, hadoop);
    Path target = new Path(output);
    if (target.getFileSystem(hadoop).exists(target)) {
      throw new WrongUsageException("Invalid --output: " + output + " (exists already)");
    }
    TrainingState state = folder.endOf(Phase.QAT).orElseGet(folder::latest);
    boolean observed = state.observations() > 0;
    Predictor predictor =
        new Predictor(
            folder.worker(state), observed ? Arithmetic.QUANTIZED : Arithmetic.FLOAT, state);
    try (Sessions.Lease spark = Sessions.lease("predict")) {
      predictor
          .transform(options.source(input).read(spark.session()), folder.job().data().schema())
          .write()
          .parquet(output);
    }
    return 0;
  }
}
