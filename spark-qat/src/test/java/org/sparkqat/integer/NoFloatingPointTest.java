package org.sparkqat.integer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Between the input quantizer and the output dequantizer there is no floating point. */
class NoFloatingPointTest {

  private static final String PACKAGE = "org/sparkqat/integer/";

  /** What the interpreter calls beside itself: nothing that computes with real numbers. */
  private static final Set<String> CALLED =
      Set.of(
          "java/lang/Enum",
          "java/lang/IllegalArgumentException",
          "java/lang/Integer",
          "java/lang/Long",
          "java/lang/Math",
          "java/lang/Object",
          "java/lang/Record",
          "java/lang/String",
          "java/lang/System",
          "java/util/Arrays",
          "java/util/List");

  @Test
  void noCompiledClassOfTheInterpreterHasAFloatOrADouble() throws IOException, URISyntaxException {
    List<String> classes = classes();
    assertThat(classes).contains(PACKAGE + "IntegerProgram", PACKAGE + "Binary32");
    Set<String> called = new TreeSet<>();
    for (String name : classes) {
      FloatingPointUse found = FloatingPointUse.of(name);
      assertThat(found.uses).as("floating point in " + name).isEmpty();
      called.addAll(found.called);
    }
    assertThat(called)
        .filteredOn(name -> !name.startsWith(PACKAGE) || !classes.contains(name))
        .isSubsetOf(CALLED);
  }

  @Test
  void aClassThatQuantizesHasSome() {
    assertThat(FloatingPointUse.of("org/sparkqat/engine/integer/IntegerModel").uses)
        .anyMatch(use -> use.contains("instruction"))
        .anyMatch(use -> use.contains("[F"));
    assertThat(FloatingPointUse.of("org/sparkqat/engine/integer/Multiplier").uses)
        .anyMatch(use -> use.contains("(D)"));
  }

  private static List<String> classes() throws IOException, URISyntaxException {
    Path folder =
        Path.of(IntegerProgram.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve(PACKAGE);
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".class") && !file.startsWith("package-info"))
          .map(file -> PACKAGE + file.substring(0, file.length() - ".class".length()))
          .collect(Collectors.toList());
    }
  }
}
