package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A run of the real command line that goes on while a test looks at it, or kills it. */
final class RunningJob implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int KILLED = 128 + 9;

  private final Process process;
  private final Path messages;

  RunningJob(Process process, Path messages) {
    this.process = process;
    this.messages = messages;
  }

  /** Waits for something that happens while the run goes on. */
  void await(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              assertThat(process.isAlive()).as(messages()).isTrue();
              return condition.call();
            });
  }

  /** Kills the run, which has no chance to tidy up, once it has gone on for a while. */
  void killAfter(int milliseconds) throws IOException, InterruptedException {
    assertThat(process.waitFor(milliseconds, TimeUnit.MILLISECONDS)).as(messages()).isFalse();
    // The launcher has become the program: there is one process, and executors within it.
    process.destroyForcibly();
    assertThat(process.waitFor()).isEqualTo(KILLED);
  }

  /** The Java processes that a local cluster has started. */
  List<ProcessHandle> executors() {
    try (Stream<ProcessHandle> children = process.descendants()) {
      return children.filter(child -> child.info().command().orElse("").endsWith("/java")).toList();
    }
  }

  /** Stops the run where it stands, as a machine does that swaps or a debugger. */
  void hold() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /** Lets it go on. */
  void goOn() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    signal(process.toHandle(), signal);
  }

  /** Sends a signal to a process. */
  static void signal(ProcessHandle to, String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", signal, Long.toString(to.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Waits for the end, which must be the given exit code. */
  void awaitEnd(int exitCode) throws IOException, InterruptedException {
    assertThat(awaitEnd()).as(messages()).isEqualTo(exitCode);
  }

  /** Waits for the end; its exit code. */
  int awaitEnd() throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(messages()).isTrue();
    return process.exitValue();
  }

  /** Waits for the end, which must be a success. */
  void awaitSuccess() throws IOException, InterruptedException {
    awaitEnd(0);
  }

  /** What the run has said so far. */
  String messages() throws IOException {
    return Files.readString(messages);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
