package org.sparkqat.app.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
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

  /** The tree with the values of the preset that it names, where it has none of its own. */
  static Tree.Mapping under(Tree.Mapping tree) {
    return named(tree).map(preset -> Trees.under(tree, preset.tree())).orElse(tree);
  }

  /** A name that is none is reported where the key is read. */
  private static Optional<Preset> named(Tree.Mapping tree) {
    Tree.Entry group = tree.entries().get(GROUP);
    if (group == null || !(group.value() instanceof Tree.Mapping keys)) {
      return Optional.empty();
    }
    Tree.Entry key = keys.entries().get(KEY);
    return key != null && key.value() instanceof Tree.Scalar name
        ? new Kind.Choice<>(Preset.class).parse(name).filter(preset -> preset != NONE)
        : Optional.empty();
  }

  private Tree.Mapping tree() {
    String name = name().toLowerCase(Locale.ROOT).replace('_', '-');
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
