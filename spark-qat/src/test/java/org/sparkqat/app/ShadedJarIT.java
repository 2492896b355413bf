package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.sparkqat.spark.SparkBuild;

class ShadedJarIT {
  private static final List<String> ENTRIES = entries();

  @Test
  void nothingThatSparkCarriesIsInside() {
    assertThat(ENTRIES)
        .noneMatch(
            name ->
                name.matches(
                    "(org/apache/(spark|hadoop|logging|commons)|scala|com/fasterxml|org/slf4j)/.*"));
  }

  @Test
  void librariesThatClustersMayCarryAreRelocated() {
    assertThat(ENTRIES)
        .noneMatch(name -> name.matches("(org/yaml|picocli|com/google|google)/.*"))
        .contains(
            "org/sparkqat/shaded/snakeyaml/Yaml.class",
            "org/sparkqat/shaded/picocli/CommandLine.class",
            "org/sparkqat/shaded/protobuf/Message.class");
  }

  @Test
  void nativeLibrariesOfBothPlatformsStayWhereTheirClassesLookForThem() {
    assertThat(ENTRIES)
        .contains(
            "org/bytedeco/dnnl/global/dnnl.class",
            "org/bytedeco/dnnl/linux-x86_64/libdnnl.so.3",
            "org/bytedeco/dnnl/linux-arm64/libdnnl.so.3",
            "org/bytedeco/dnnl/linux-x86_64/libgomp.so.1",
            "org/bytedeco/opencl/linux-x86_64/libOpenCL.so.1",
            "org/bytedeco/javacpp/linux-x86_64/libjnijavacpp.so",
            "com/sun/jna/linux-x86-64/libjnidispatch.so",
            "com/sun/jna/linux-aarch64/libjnidispatch.so");
  }

  @Test
  void licencesAreInsideAndSignaturesAreNot() {
    assertThat(ENTRIES)
        .contains("META-INF/LICENSE", "META-INF/NOTICE", "META-INF/licenses/protobuf.txt")
        .noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)"))
        .noneMatch(name -> name.endsWith("module-info.class"));
  }

  @Test
  void noEntryIsThereTwice() {
    assertThat(ENTRIES).doesNotHaveDuplicates();
  }

  @Test
  void theManifestNamesSparkAndScala() throws IOException {
    try (JarFile jar = new JarFile(System.getProperty("sparkqat.jar"))) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Spark-Version")).isEqualTo(SparkBuild.compiledWith());
      assertThat(SparkBuild.current().artifact())
          .endsWith("_" + manifest.getValue("Scala-Version"));
    }
  }

  private static List<String> entries() {
    try (JarFile jar = new JarFile(System.getProperty("sparkqat.jar"))) {
      return jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
