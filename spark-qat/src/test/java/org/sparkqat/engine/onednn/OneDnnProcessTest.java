package org.sparkqat.engine.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How oneDNN behaves in processes that are set up differently, each in a virtual machine. */
class OneDnnProcessTest {

  @Test
  @EnabledOnOs(OS.LINUX)
  void computesInTheCallingThreadAloneWhateverTheEnvironmentSays() throws Exception {
    assertThat(probe("onednn", List.of(), jar -> true)).contains("name=onednn threads=1");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theLimitsOfJavaCppDoNotApply() throws Exception {
    List<String> options =
        List.of(
            "-Dorg.bytedeco.javacpp.maxBytes=1",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=1",
            "-Dorg.bytedeco.javacpp.maxRetries=0");
    assertThat(probe("onednn", options, jar -> true)).contains("name=onednn threads=1");
  }

  @Test
  void aMissingNativeLibraryIsNamedWithTheRemedy() throws Exception {
    assertThat(probe("onednn", List.of(), OneDnnProcessTest::isNotNative))
        .containsPattern("Unsupported engine: onednn \\(.*jnidnnl.*; use engine: reference\\)");
  }

  @Test
  void autoFallsBackToTheReferenceKernelsAndSaysWhy() throws Exception {
    assertThat(probe("auto", List.of(), OneDnnProcessTest::isNotNative))
        .contains("Using the reference kernels")
        .contains("jnidnnl")
        .contains("name=reference");
  }

  @Test
  void aProcessIsLimitedToAnInstructionSet() throws Exception {
    assumeThat(probe("onednn", List.of(), jar -> true)).contains("isa=avx512");
    assertThat(limited(Map.of(), "avx2")).contains("isa=avx2\n");
    assertThat(limited(Map.of(), "no-such-thing")).contains("isa=avx512");
  }

  @Test
  void theEnvironmentWinsOverTheLimit() throws Exception {
    assumeThat(probe("onednn", List.of(), jar -> true)).contains("isa=avx512");
    Map<String, String> environment = Map.of("ONEDNN_MAX_CPU_ISA", "AVX2");
    assertThat(limited(environment, "avx512_core")).contains("isa=avx2\n");
  }

  private static boolean isNotNative(String jar) {
    return !Path.of(jar).getFileName().toString().matches("dnnl-.*-(linux|macosx|windows)-.*");
  }

  private static String limited(Map<String, String> environment, String instructionSet)
      throws IOException, InterruptedException {
    return probe(List.of("onednn", instructionSet), List.of(), jar -> true, environment);
  }

  private static String probe(String engine, List<String> options, Predicate<String> jars)
      throws IOException, InterruptedException {
    return probe(List.of(engine), options, jars, Map.of());
  }

  private static String probe(
      List<String> arguments,
      List<String> options,
      Predicate<String> jars,
      Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(jars)
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(KernelProbe.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OMP_NUM_THREADS", "4");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
