package org.sparkqat.app.output;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code metrics.jsonl}: one JSON object a line, in the order of the steps, each event once.
 *
 * <p>Lines wait in memory until {@link #flush}: a file system that appends gets them appended, any
 * other gets the file anew. The owner flushes before each checkpoint and at the end, so that the
 * file holds at least what the latest checkpoint has seen.
 */
public final class MetricsLog {

  /** Keys that every line has: {@link #KIND} says what the others mean. */
  public static final String KIND = "kind";

  public static final String STEP = "step";
  public static final String STAGE = "stage";
  public static final String PHASE = "phase";
  public static final String EPOCH = "epoch";
  public static final String MODE = "mode";

  private static final int FLUSH_CHARACTERS = 1 << 18;

  private final RunFolder folder;
  private final FileSystem files;
  private final Path path;
  private final StringBuilder waiting = new StringBuilder();

  /** Events of the step resumed at: they may be found again. */
  private final Set<List<@Nullable Object>> resumed = new HashSet<>();

  private MetricsLog(RunFolder folder) {
    this.folder = folder;
    this.files = folder.files();
    this.path = folder.path(RunFolder.METRICS);
  }

  /** The log of a run that starts. */
  public static MetricsLog start(RunFolder folder) throws IOException {
    MetricsLog log = new MetricsLog(folder);
    log.files.delete(log.path, false);
    return log;
  }

  /** The log of a run that goes on after {@code step} steps: what came later is dropped. */
  public static MetricsLog resume(RunFolder folder, long step) throws IOException {
    MetricsLog log = new MetricsLog(folder);
    if (log.files.exists(log.path)) {
      log.dropAfter(step);
    }
    return log;
  }

  /** Adds one event, unless it is one of the step resumed at and there already. */
  public void add(Map<String, ?> event) throws IOException {
    if (resumed.contains(identity(event))) {
      return;
    }
    waiting.append(Json.line(event)).append('\n');
    if (waiting.length() >= FLUSH_CHARACTERS) {
      flush();
    }
  }

  /**
   * Makes all events so far visible in the file.
   *
   * @throws IllegalStateException when another run has taken the folder over
   */
  public void flush() throws IOException {
    folder.requireOwned();
    if (waiting.length() == 0) {
      return;
    }
    byte[] bytes = waiting.toString().getBytes(StandardCharsets.UTF_8);
    if (files.exists(path) && files.hasPathCapability(path, CommonPathCapabilities.FS_APPEND)) {
      try (OutputStream out = files.append(path)) {
        out.write(bytes);
      }
    } else {
      Files.replace(
          files,
          path,
          out -> {
            if (files.exists(path)) {
              files.open(path).transferTo(out);
            }
            out.write(bytes);
          });
    }
    waiting.setLength(0);
  }

  /** Hands over every complete event of a run's log, in order. */
  public static void read(RunFolder folder, Consumer<Map<String, @Nullable Object>> reader)
      throws IOException {
    read(folder.files(), folder.path(RunFolder.METRICS), reader);
  }

  private static void read(
      FileSystem files, Path path, Consumer<Map<String, @Nullable Object>> reader)
      throws IOException {
    if (!files.exists(path)) {
      return;
    }
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(files.open(path), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Optional<Map<String, @Nullable Object>> event = Json.parse(line);
        event.ifPresent(reader);
      }
    }
  }

  private void dropAfter(long step) throws IOException {
    List<String> kept = new ArrayList<>();
    read(
        files,
        path,
        event -> {
          long at = step(event);
          if (at <= step) {
            kept.add(Json.line(event));
          }
          if (at == step) {
            resumed.add(identity(event));
          }
        });
    Files.replace(
        files,
        path,
        out -> {
          for (String line : kept) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
          }
        });
  }

  private static long step(Map<String, ?> event) {
    return event.get(STEP) instanceof Number number ? number.longValue() : 0;
  }

  private static List<@Nullable Object> identity(Map<String, ?> event) {
    List<@Nullable Object> identity = new ArrayList<>();
    identity.add(event.get(KIND));
    identity.add(event.get(STAGE));
    identity.add(event.get(PHASE));
    identity.add(event.get(MODE));
    identity.add(step(event));
    return identity;
  }
}
