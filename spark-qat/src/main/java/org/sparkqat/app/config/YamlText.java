package org.sparkqat.app.config;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Turns YAML into a {@link Tree}: nothing in it can name a Java class. */
final class YamlText {

  private static final int MAX_DEPTH = 50;
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([^}]*)}");

  private final Problems problems;
  private final Function<String, Optional<String>> environment;
  private final Function<Node, Origin> origins;

  private YamlText(
      Problems problems,
      Function<String, Optional<String>> environment,
      Function<Node, Origin> origins) {
    this.problems = problems;
    this.environment = environment;
    this.origins = origins;
  }

  /** The tree of a file; {@code ${env:NAME}} in a value is replaced by the variable's value. */
  static Tree.Mapping file(
      String source,
      String text,
      Function<String, Optional<String>> environment,
      Problems problems) {
    Origin start = new Origin(source, 1);
    YamlText reader =
        new YamlText(
            problems, environment, node -> new Origin(source, node.getStartMark().getLine() + 1));
    Tree tree = reader.read(text, start);
    if (tree instanceof Tree.Mapping mapping) {
      return mapping;
    }
    if (!tree.isNull()) {
      problems.add(
          start, "Invalid configuration: " + tree.describe() + " (expects groups of keys)");
    }
    return Tree.Mapping.empty(start);
  }

  /** The value of a {@code --set} option. */
  static Tree value(
      String text,
      Origin origin,
      Function<String, Optional<String>> environment,
      Problems problems) {
    return new YamlText(problems, environment, node -> origin).read(text, origin);
  }

  private Tree read(String text, Origin start) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try {
      Node node = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
      return node == null ? new Tree.Scalar("", Tree.Scalar.Style.PLAIN, start) : tree(node, 0);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      Origin origin = start.line() == 0 ? start : new Origin(start.source(), line);
      throw new InvalidConfigurationException(
          new Problem(origin, "Invalid YAML: " + e.getProblem()));
    } catch (YAMLException e) {
      String reason = e.getMessage() == null ? "" : e.getMessage().lines().findFirst().orElse("");
      throw new InvalidConfigurationException(new Problem(start, "Invalid YAML: " + reason));
    }
  }

  private Tree tree(Node node, int depth) {
    Origin origin = origins.apply(node);
    if (depth > MAX_DEPTH) {
      throw new InvalidConfigurationException(
          new Problem(origin, "Invalid YAML: nested more than " + MAX_DEPTH + " levels deep"));
    }
    if (node instanceof ScalarNode scalar) {
      return scalar(scalar, origin);
    }
    if (node instanceof SequenceNode sequence) {
      List<Tree> items = new ArrayList<>();
      sequence.getValue().forEach(item -> items.add(tree(item, depth + 1)));
      return new Tree.Sequence(items, origin);
    }
    return mapping((MappingNode) node, origin, depth);
  }

  private Tree.Mapping mapping(MappingNode node, Origin origin, int depth) {
    Map<String, Tree.Entry> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      Origin place = origins.apply(tuple.getKeyNode());
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.add(place, "Invalid key: a collection (must be a word)");
        continue;
      }
      Tree.Entry entry = new Tree.Entry(tree(tuple.getValueNode(), depth + 1), place);
      Tree.Entry before = entries.putIfAbsent(key.getValue(), entry);
      if (before != null) {
        problems.add(
            place,
            "Duplicate key: %s (first at line %d)"
                .formatted(key.getValue(), before.origin().line()));
      }
    }
    return new Tree.Mapping(entries, origin);
  }

  private Tree.Scalar scalar(ScalarNode node, Origin origin) {
    Tree.Scalar.Style style = node.isPlain() ? Tree.Scalar.Style.PLAIN : Tree.Scalar.Style.QUOTED;
    return new Tree.Scalar(substitute(node.getValue(), origin), style, origin);
  }

  private String substitute(String text, Origin origin) {
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder result = new StringBuilder();
    while (matcher.find()) {
      String name = matcher.group(1);
      Optional<String> value = environment.apply(name);
      if (value.isEmpty()) {
        problems.add(
            origin, "Invalid variable: ${env:%s} (not set in the environment)".formatted(name));
      }
      matcher.appendReplacement(result, Matcher.quoteReplacement(value.orElse("")));
    }
    return matcher.appendTail(result).toString();
  }
}
