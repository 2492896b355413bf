package org.sparkqat.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The process of an executor, and what can befall it.
 *
 * @param id as Spark numbers it
 */
public record ExecutorProcess(ProcessHandle process, String id) {

  private static final String MAIN = "CoarseGrainedExecutorBackend";

  /** The executors among the descendants of a process, in the order of their numbers. */
  public static List<ExecutorProcess> under(ProcessHandle root) {
    try (Stream<ProcessHandle> descendants = root.descendants()) {
      return descendants
          .flatMap(process -> of(process).stream())
          .sorted(Comparator.comparingInt(each -> Integer.parseInt(each.id())))
          .toList();
    }
  }

  private static Optional<ExecutorProcess> of(ProcessHandle process) {
    List<String> words = words(process);
    int id = words.indexOf("--executor-id");
    boolean executor = words.stream().anyMatch(word -> word.endsWith(MAIN));
    return executor && id >= 0
        ? Optional.of(new ExecutorProcess(process, words.get(id + 1)))
        : Optional.empty();
  }

  /** The command line, as a whole: a process handle leaves the arguments out when it is long. */
  private static List<String> words(ProcessHandle process) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), "cmdline");
      return List.of(Files.readString(file, StandardCharsets.ISO_8859_1).split("\0"));
    } catch (IOException e) {
      return List.of(); // it has ended meanwhile
    }
  }

  /** Ends it without a chance to tidy up. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Stops it where it stands, as a machine does that swaps. */
  public void hold() {
    signal("-STOP");
  }

  /** Lets it go on. */
  public void goOn() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", signal, Long.toString(process.pid()))
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
