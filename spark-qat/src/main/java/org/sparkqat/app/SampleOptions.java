package org.sparkqat.app;

import org.sparkqat.app.config.DataConfiguration;
import org.sparkqat.data.ExampleSource;
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

  @Mixin private ExampleOptions source = new ExampleOptions();

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

  ExampleSource source(ModelFolder folder) {
    DataConfiguration data = folder.job().data();
    return source.examples(data, Split.deciding(data));
  }

  int examples() {
    if (examples < 1) {
      throw new WrongUsageException("Invalid --examples: " + examples + " (must be at least 1)");
    }
    return examples;
  }
}
