package org.sparkqat.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The real command line, as a user has it: the launcher, the shaded jar, the assembled runtime. */
public final class CommandLine {

  /** For a virtual machine that lives for seconds: compiling well does not pay. */
  public static final String QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  private static final long MINUTES = 10;

  private final Path launcher;
  private final Path folder;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> options = new ArrayList<>();

  private CommandLine(Path launcher, Path folder) {
    this.launcher = launcher;
    this.folder = folder;
  }

  /** The launcher of this project, started in the project's folder. */
  public static CommandLine launcher() {
    return new CommandLine(projectFolder().resolve("submit-scripts/spark-qat"), projectFolder());
  }

  /** The folder that holds the parent POM. */
  public static Path projectFolder() {
    return Path.of("").toAbsolutePath().getParent();
  }

  /** The same, called by another path. */
  public CommandLine calledAs(Path path) {
    return copy(path, folder);
  }

  /** The same, from another current folder. */
  public CommandLine in(Path current) {
    return copy(launcher, current);
  }

  /** The same, with one more environment variable. */
  public CommandLine with(String variable, String value) {
    CommandLine copy = copy(launcher, folder);
    copy.environment.put(variable, value);
    return copy;
  }

  /** The same, whose driver and executors take half the processor time when they live briefly. */
  public CommandLine quickly() {
    CommandLine copy = copy(launcher, folder);
    copy.options.addAll(List.of("--driver-java-options", QUICK_START));
    copy.options.addAll(List.of("--conf", "spark.executor.extraJavaOptions=" + QUICK_START));
    return copy;
  }

  /** Runs one command to its end. */
  public Outcome run(String... arguments) {
    try {
      Path out = Files.createTempFile("spark-qat-", ".out");
      Path err = Files.createTempFile("spark-qat-", ".err");
      try {
        Process process = start(out, err, arguments);
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
          process.destroyForcibly();
          throw new AssertionError("No end after " + MINUTES + " minutes: " + read(err));
        }
        return new Outcome(process.exitValue(), read(out), read(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Starts one command, whose output goes to two files; the caller ends it. */
  public Process start(Path out, Path err, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(launcher.toString());
    command.addAll(options);
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().remove("SPARK_HOME");
    builder.environment().putAll(environment);
    return builder.start();
  }

  private CommandLine copy(Path otherLauncher, Path otherFolder) {
    CommandLine copy = new CommandLine(otherLauncher, otherFolder);
    copy.environment.putAll(environment);
    copy.options.addAll(options);
    return copy;
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file);
  }

  /** What a command left: its exit code and what it wrote. */
  public record Outcome(int exitCode, String out, String err) {}
}
