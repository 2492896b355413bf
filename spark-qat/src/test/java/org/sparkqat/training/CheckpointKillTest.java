package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.engine.Seeds;

class CheckpointKillTest {

  @TempDir Path folder;

  @Test
  void afterAKillAtAnyMomentTheLatestCheckpointIsIntact() throws IOException {
    Random random = Seeds.random();
    for (int kill = 0; kill < 3; kill++) {
      CheckpointStore store = open(folder);
      long before = store.latest().map(c -> c.state().position().step()).orElse(0L);
      Process writer = start();
      try {
        long enough = before + 1 + random.nextInt(20);
        Awaitility.await()
            .atMost(Duration.ofMinutes(1))
            .pollInterval(Duration.ofMillis(1 + random.nextInt(5)))
            .until(() -> furthest(store) >= enough);
      } finally {
        writer.destroyForcibly().onExit().join();
      }

      Checkpoint latest = store.latest().orElseThrow();
      assertThat(latest.skipped()).isEmpty();
      CheckpointStates.assertSame(
          latest.state(), CheckpointStates.at(latest.state().position().step()));
      store.removeLeftovers();
      assertThat(folder.toFile().list()).allMatch(name -> name.startsWith("step-"));
    }
  }

  private static long furthest(CheckpointStore store) {
    return store.names().stream()
        .mapToLong(name -> Long.parseLong(name.substring("step-".length())))
        .max()
        .orElse(0);
  }

  private Process start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    return new ProcessBuilder(java, "-cp", classPath, Writer.class.getName(), folder.toString())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static CheckpointStore open(Path folder) {
    return CheckpointStore.open(
        new org.apache.hadoop.fs.Path(folder.toUri()),
        new Configuration(),
        CheckpointStates.ORIGIN,
        new CheckpointRetention(2));
  }

  /** A job that does nothing but save, each step twice, until it is killed. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      CheckpointStore store = open(Path.of(arguments[0]));
      long step = store.latest().map(c -> c.state().position().step()).orElse(0L);
      while (true) {
        step++;
        store.save(CheckpointStates.at(step));
        store.save(CheckpointStates.at(step));
      }
    }
  }
}
