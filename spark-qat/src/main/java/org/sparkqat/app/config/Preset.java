package org.sparkqat.app.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Settings that go well together, under one name; what the file says itself wins over them. */
enum Preset {
  NONE,
  W8A8_INT8,
  W4A8,
  W4A4_LSQ,
  W2A2_LSQ,
  MIXED_AUTO,
  W8A8_DYNAMIC,
  TFLITE_INT8,
  BINARY;

  /** The key that names one, in the group {@code quantization}. */
  static final String KEY = "preset";

  private static final String GROUP = "quantization";
  private static final String TRAINING = "training";
  private static final String NONE_AT_ALL = "0";

  /** The tree with the values of the preset that it names, where it has none of its own. */
  static Tree.Mapping under(Tree.Mapping tree) {
    return named(tree).map(preset -> Trees.under(tree, preset.tree(tree))).orElse(tree);
  }

  /**
   * Its values for a job. Its learning rate is one of SGD, and another optimizer keeps its default;
   * where there is no QAT epoch, none freezes batch normalization.
   */
  private Tree.Mapping tree(Tree.Mapping job) {
    Tree.Mapping tree = tree();
    boolean usual =
        text(job, TRAINING, "optimizer", "type").filter(type -> !type.equals("sgd")).isEmpty();
    Tree.Mapping fitting = usual ? tree : Trees.without(tree, TRAINING, "qat-learning-rate");
    return text(job, TRAINING, "qat-epochs").filter(NONE_AT_ALL::equals).isPresent()
        ? Trees.without(fitting, GROUP, QuantizationReader.BATCH_NORM_FREEZE)
        : fitting;
  }

  private static Optional<String> text(Tree tree, String... path) {
    Optional<Tree> at = Optional.of(tree);
    for (String key : path) {
      at =
          at.filter(Tree.Mapping.class::isInstance)
              .map(Tree.Mapping.class::cast)
              .flatMap(group -> Optional.ofNullable(group.entries().get(key)))
              .map(Tree.Entry::value);
    }
    return at.filter(Tree.Scalar.class::isInstance).map(value -> ((Tree.Scalar) value).text());
  }

  /** A name that is none is reported where the key is read. */
  private static Optional<Preset> named(Tree.Mapping tree) {
    return text(tree, GROUP, KEY)
        .flatMap(
            name ->
                Arrays.stream(values()).filter(preset -> Kind.word(preset).equals(name)).findAny())
        .filter(preset -> preset != NONE);
  }

  private Tree.Mapping tree() {
    String name = Kind.word(this);
    String file = "presets/" + name + ".yaml";
    try (InputStream in = Preset.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("Missing resource: " + file);
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Problems problems = new Problems();
      Tree.Mapping tree =
          YamlText.file(Origin.PRESET + name, text, variable -> Optional.empty(), problems);
      problems.throwIfAny();
      return tree;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
