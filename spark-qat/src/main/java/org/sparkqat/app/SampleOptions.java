package org.sparkqat.app;

import org.jspecify.annotations.Nullable;
import org.sparkqat.data.DataSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that evaluate variants of a model on some examples. */
final class SampleOptions {

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Output folder of a run; its float weights are taken, if it has such.")
  private String model = "";

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Labelled examples (default: data.train of the run).")
  private @Nullable String data;

  @Mixin private SourceOptions source = new SourceOptions();

  @Option(
      names = "--examples",
      paramLabel = "N",
      defaultValue = "1024",
      description = {
        "Examples of them, for ranges and evaluation; the same ones for the same training.seed and",
        "data (default: ${DEFAULT-VALUE})."
      })
  private int examples = 1024;

  String model() {
    return model;
  }

  DataSource source(ModelFolder folder) {
    return source.source(data, folder.job().data().train());
  }

  int examples() {
    if (examples < 1) {
      throw new WrongUsageException("Invalid --examples: " + examples + " (must be at least 1)");
    }
    return examples;
  }
}
