package org.sparkqat;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each package uses only those above it in the data flow. */
class ArchitectureTest {
  /** The data flow, from the top. */
  private static final List<String> FLOW =
      List.of(
          "spark",
          "tensor",
          "integer",
          "quantization",
          "network",
          "engine",
          "training",
          "analysis",
          "export",
          "data",
          "distributed",
          "ml",
          "app");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          // ArchUnit's own option does not know the folders of other profiles.
          .withImportOption(location -> !location.contains("/test-classes/"))
          .importPackages("org.sparkqat");

  /** Each package of {@code distributed} is a slice; all else is none. */
  private static final SliceAssignment PARTS =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return (type.getPackageName() + ".").startsWith("org.sparkqat.distributed.")
              ? SliceIdentifier.of(type.getPackageName())
              : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
          return "the packages of distributed";
        }
      };

  static List<String> packages() {
    return FLOW;
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageUsesOnlyThoseAboveIt(String name) {
    List<String> below = FLOW.subList(FLOW.indexOf(name) + 1, FLOW.size());
    if (!below.isEmpty()) {
      assertNoDependency(List.of(name), below.stream().map(ArchitectureTest::ours).toList());
    }
  }

  @Test
  void quantizationUsesNothingElseOfOurs() {
    List<String> others = without("quantization").stream().map(ArchitectureTest::ours).toList();
    assertNoDependency(List.of("quantization"), others);
  }

  @Test
  void onlyTheDnnEngineImportsNativeLibraries() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.sparkqat.engine.onednn..")
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.bytedeco..", "com.sun.jna.."))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void theBenchmarkRunsWithoutSpark() {
    assertNoDependency(
        List.of("app.benchmark"),
        List.of("org.apache.spark..", ours("data"), ours("distributed"), ours("ml")));
  }

  @Test
  void onlyTheLowerPackagesKnowSpark() {
    assertNoDependency(
        without("distributed", "spark", "data", "ml", "app", "analysis"),
        List.of("org.apache.spark.."));
  }

  @Test
  void thePartsOfDistributedAreFreeOfCycles() {
    slices().assignedFrom(PARTS).should().beFreeOfCycles().check(CLASSES);
  }

  /** What may differ between versions of Spark is in one file, what does in one package. */
  @Test
  void onlyOneClassUsesTheNetworkOfSpark() {
    noClasses()
        .that()
        .haveNameNotMatching("org\\.sparkqat\\.distributed\\.transport\\.SparkInternals(\\$.*)?")
        .and()
        .resideOutsideOfPackage("org.sparkqat.spark")
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.apache.spark.network..", "io.netty.."))
        .check(CLASSES);
  }

  @Test
  void onlyOneClassUsesTheMetricsOfSpark() {
    noClasses()
        .that()
        .haveNameNotMatching("org\\.sparkqat\\.distributed\\.progress\\.SparkMetrics")
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.apache.spark.metrics.."))
        .check(CLASSES);
  }

  private static void assertNoDependency(List<String> from, List<String> to) {
    noClasses()
        .that()
        .resideInAnyPackage(from.stream().map(ArchitectureTest::ours).toArray(String[]::new))
        .should()
        .dependOnClassesThat(resideInAnyPackage(to.toArray(String[]::new)))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  private static List<String> without(String... names) {
    List<String> rest = new ArrayList<>(FLOW);
    rest.removeAll(Arrays.asList(names));
    return rest;
  }

  private static String ours(String name) {
    return "org.sparkqat." + name + "..";
  }
}
