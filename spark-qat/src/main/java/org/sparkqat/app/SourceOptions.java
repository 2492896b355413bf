package org.sparkqat.app;

import java.util.LinkedHashMap;
import java.util.Map;
import org.sparkqat.data.DataSource;
import picocli.CommandLine.Option;

/** The options that tell how to read the examples of a command. */
final class SourceOptions {

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "parquet",
      description = "Spark data source of the examples (default: ${DEFAULT-VALUE}).")
  private String format = "parquet";

  @Option(
      names = "--option",
      paramLabel = "KEY=VALUE",
      description = "Option of the data source, e.g. header=true. May be given several times.")
  private Map<String, String> options = new LinkedHashMap<>();

  DataSource source(String path) {
    return new DataSource(path, format, options);
  }
}
