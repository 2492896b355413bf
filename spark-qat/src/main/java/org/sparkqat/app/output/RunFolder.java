package org.sparkqat.app.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** The output folder of a run, on any Hadoop file system. */
public final class RunFolder {

  public static final String SUMMARY = "summary.json";
  public static final String METRICS = "metrics.jsonl";
  public static final String CONFIGURATION = "config.yaml";
  public static final String REPORT = "report.html";
  public static final String MODEL = "model.onnx";
  public static final String CHECKPOINTS = "checkpoints";
  public static final String PRECISION = "mixed-precision.yaml";
  public static final String OWNER = "owner.json";

  private static final List<String> MARKS = List.of(SUMMARY, CONFIGURATION, CHECKPOINTS);
  private static final List<String> OWN =
      List.of(SUMMARY, METRICS, CONFIGURATION, REPORT, MODEL, CHECKPOINTS, PRECISION, OWNER);

  private final FileSystem files;
  private final Path root;
  private Optional<String> token = Optional.empty();

  private RunFolder(FileSystem files, Path root) {
    this.files = files;
    this.root = root;
  }

  /** The folder of the given path; a relative one counts from the current directory. */
  public static RunFolder of(String path, Configuration hadoop) throws IOException {
    Path given = new Path(path);
    FileSystem files = Files.of(given, hadoop);
    return new RunFolder(files, files.makeQualified(given));
  }

  public Path root() {
    return root;
  }

  public FileSystem files() {
    return files;
  }

  public Path checkpoints() {
    return path(CHECKPOINTS);
  }

  public Path path(String name) {
    return new Path(root, name);
  }

  /**
   * Checks, without touching anything, that a run may start here.
   *
   * @throws IllegalArgumentException when the folder holds a run that the mode does not allow for
   */
  public void requireStartable(StartMode mode) throws IOException {
    FileStatus status = status(root);
    if (status != null && status.isFile()) {
      throw new IllegalArgumentException(
          "Invalid output.path: " + root + " (is a file; must be a folder)");
    }
    if (mode instanceof StartMode.Fresh && status != null && holdsRun()) {
      throw new IllegalArgumentException(
          "Cannot write to output.path: "
              + root
              + " already holds a run (add --resume to go on with it, or --overwrite to replace"
              + " it)");
    }
  }

  /** True when the folder holds a run, finished or not. */
  public boolean holdsRun() throws IOException {
    for (String mark : MARKS) {
      if (files.exists(path(mark))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Makes the folder ready: creates it and, for {@link StartMode.Overwrite}, removes the files of
   * the run that it holds, and no others. To be called when everything else has been checked.
   */
  public void prepare(StartMode mode) throws IOException {
    files.mkdirs(root);
    if (mode instanceof StartMode.Overwrite) {
      for (String name : OWN) {
        files.delete(path(name), true);
      }
    }
  }

  /**
   * Takes the folder over: a run that claimed it before stops at its next write. So a job that is
   * started again while an older start of it still lives is never written over by that one.
   */
  public void claim() throws IOException {
    String mine = UUID.randomUUID().toString();
    Map<String, Object> owner = new LinkedHashMap<>();
    owner.put("token", mine);
    owner.put("host", InetAddress.getLocalHost().getHostName());
    owner.put("started", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    write(OWNER, Json.line(owner) + "\n");
    token = Optional.of(mine);
  }

  /**
   * Checks that no other run has claimed the folder since this one did; a run that has claimed
   * nothing passes.
   *
   * @throws IllegalStateException when another run has taken over
   */
  public void requireOwned() throws IOException {
    if (token.isEmpty()) {
      return;
    }
    String text = files.exists(path(OWNER)) ? read(OWNER).strip() : "{}";
    Map<String, @Nullable Object> owner = Json.parse(text).orElse(Map.of());
    if (!token.get().equals(owner.get("token"))) {
      throw new IllegalStateException(
          "Cannot write to output.path: %s was taken over by another run, started %s on %s (this one stops here)"
              .formatted(
                  root, owner.getOrDefault("started", "?"), owner.getOrDefault("host", "?")));
    }
  }

  /** Writes a file of the run as a whole. */
  public void write(String name, String text) throws IOException {
    requireOwned();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Files.replace(files, path(name), out -> out.write(bytes));
  }

  /** Writes a file of the run as a whole. */
  public void write(String name, Files.Content content) throws IOException {
    requireOwned();
    Files.replace(files, path(name), content);
  }

  /** Reads a file of the run. */
  public String read(String name) throws IOException {
    try (InputStream in = files.open(path(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Names of the checkpoints, as messages list them. */
  public List<String> checkpointNames() throws IOException {
    List<String> names = new ArrayList<>();
    if (files.exists(checkpoints())) {
      for (FileStatus status : files.listStatus(checkpoints())) {
        names.add(status.getPath().getName());
      }
    }
    return names.stream().sorted().toList();
  }

  private @Nullable FileStatus status(Path path) throws IOException {
    try {
      return files.getFileStatus(path);
    } catch (FileNotFoundException e) {
      return null;
    }
  }
}
