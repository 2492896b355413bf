package org.sparkqat.app.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sparkqat.app.config.ConfigurationText.Source;

/** Configurations that tests start from. */
final class Configurations {

  static final String MINIMAL =
      """
      data:
        train: {path: train.parquet}
        test: {path: test.parquet}
        features: image
        label: label
        shape: [1, 28, 28]
        classes: 10
      model: {name: lenet5}
      output: {path: out}
      """;

  private Configurations() {}

  static ConfigurationText read(String yaml, String... overrides) {
    Map<String, String> environment = Map.of("HOME_OF_DATA", "/data/mnist", "BITS", "4");
    return ConfigurationText.read(
        List.of(new Source("job.yaml", yaml)),
        List.of(overrides),
        name -> Optional.ofNullable(environment.get(name)));
  }

  static JobConfiguration job(String... overrides) {
    return read(MINIMAL, overrides).job();
  }
}
