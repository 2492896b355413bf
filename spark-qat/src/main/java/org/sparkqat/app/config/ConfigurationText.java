package org.sparkqat.app.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * A configuration as it was read.
 *
 * @param job what it says
 * @param resolved the same with every default made explicit, as YAML; reading it gives an equal job
 * @param fingerprint the keys that decide the result, with their values
 */
public record ConfigurationText(
    JobConfiguration job, String resolved, Map<String, String> fingerprint) {

  private static final int LINE_WIDTH = 120;

  /**
   * A text that a configuration is read from.
   *
   * @param name what messages call it, e.g. the path of its file
   */
  public record Source(String name, String yaml) {}

  /**
   * Reads and checks a configuration.
   *
   * @param source what messages call it, e.g. the path of its file
   * @param overrides {@code key.of.value=value}, later ones win
   * @throws InvalidConfigurationException with all its mistakes
   */
  public static ConfigurationText read(String source, String yaml, List<String> overrides) {
    return read(List.of(new Source(source, yaml)), overrides);
  }

  /**
   * Reads and checks a configuration of several texts: groups are merged key by key, any other
   * value of a later one, lists too, replaces that of an earlier one.
   *
   * @param sources one at least
   * @param overrides {@code key.of.value=value}, later ones win
   * @throws InvalidConfigurationException with all its mistakes
   */
  public static ConfigurationText read(List<Source> sources, List<String> overrides) {
    return read(sources, overrides, name -> Optional.ofNullable(System.getenv(name)));
  }

  /**
   * The same job where the weights of layers have the given bits, instead of being searched for
   * them. It goes on from checkpoints of the search, whose fingerprint it keeps.
   *
   * @param bits by name of layer
   */
  public ConfigurationText weightBits(Map<String, Integer> bits) {
    Map<String, Object> root = WeightRules.added(resolved, bits);
    ConfigurationText chosen = read("config.yaml", write(root), List.of());
    return new ConfigurationText(chosen.job(), chosen.resolved(), fingerprint);
  }

  static ConfigurationText read(
      List<Source> sources,
      List<String> overrides,
      Function<String, Optional<String>> environment) {
    Problems problems = new Problems();
    Tree.Mapping file =
        sources.stream()
            .map(source -> YamlText.file(source.name(), source.yaml(), environment, problems))
            .reduce(Trees::over)
            .orElseThrow(() -> new IllegalArgumentException("Invalid configuration: no file"));
    Tree.Mapping tree = Preset.under(new Overrides(environment, problems).apply(file, overrides));
    Reading reading = new Reading(problems);
    Section root = Section.root(reading, tree);
    JobConfiguration job = new JobReader(root).read();
    reading.reportUnknownKeys();
    problems.throwIfAny();
    return new ConfigurationText(job, write(root.resolved()), Fingerprint.of(root.resolved()));
  }

  /** Every key that reading the given configuration asks for, whether it is valid or not. */
  static Set<KeyDescription> keys(String yaml, List<String> overrides) {
    Problems problems = new Problems();
    Reading reading = new Reading(problems);
    Tree.Mapping file = YamlText.file("keys", yaml, name -> Optional.empty(), problems);
    Tree.Mapping tree = new Overrides(name -> Optional.empty(), problems).apply(file, overrides);
    new JobReader(Section.root(reading, tree)).read();
    return reading.keys();
  }

  private static String write(Map<String, Object> values) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.AUTO);
    options.setWidth(LINE_WIDTH);
    return new Yaml(options).dump(values);
  }
}
