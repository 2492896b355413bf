package org.sparkqat.app;

import org.jspecify.annotations.Nullable;
import org.sparkqat.app.config.DataConfiguration;
import org.sparkqat.data.ExampleSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that tell which labelled examples a command takes. */
final class ExampleOptions {

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Labelled examples, instead of those of the run.")
  private @Nullable String data;

  @Option(
      names = "--split",
      paramLabel = "SPLIT",
      description = {
        "Which examples of the run, one of ${COMPLETION-CANDIDATES} (default: test for evaluate;",
        "for what chooses bits, validation if the run has such, else train)."
      })
  private @Nullable Split split;

  @Mixin private SourceOptions source = new SourceOptions();

  /**
   * The examples that are asked for.
   *
   * @param fallback of the run, when none are
   */
  ExampleSource examples(DataConfiguration ofRun, Split fallback) {
    if (data == null) {
      return (split == null ? fallback : split).examples(ofRun);
    }
    if (split != null) {
      throw new WrongUsageException(
          "Invalid options: --split with --data (either examples of the run, or others)");
    }
    return ExampleSource.all(source.source(data));
  }
}
