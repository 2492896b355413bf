package org.sparkqat.app;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that name a configuration file and override its keys. */
final class ConfigurationOptions {

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = {
        "Configuration of the job (YAML); see spark-qat/docs/configuration.md. May be given"
            + " several",
        "times: groups of the files are merged key by key, any other value of a later file wins."
      })
  private List<String> configs = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = {
        "Override a key of the configuration, e.g. training.seed=7. A number selects an item of a",
        "list: quantization.layers.0.match=conv1. The value is YAML. May be given several times."
      })
  private List<String> overrides = new ArrayList<>();

  ConfigurationFiles files() {
    return new ConfigurationFiles(configs);
  }

  List<String> overrides() {
    return overrides;
  }
}
