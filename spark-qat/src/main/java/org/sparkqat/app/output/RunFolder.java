package org.sparkqat.app.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The output folder of a run, on any Hadoop file system. */
public final class RunFolder {

  public static final String SUMMARY = "summary.json";
  public static final String METRICS = "metrics.jsonl";
  public static final String CONFIGURATION = "config.yaml";
  public static final String REPORT = "report.html";
  public static final String MODEL = "model.onnx";
  public static final String CHECKPOINTS = "checkpoints";

  private static final List<String> MARKS = List.of(SUMMARY, CONFIGURATION, CHECKPOINTS);
  private static final List<String> OWN =
      List.of(SUMMARY, METRICS, CONFIGURATION, REPORT, MODEL, CHECKPOINTS);

  private final FileSystem files;
  private final Path root;

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

  /** Writes a file of the run as a whole. */
  public void write(String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Files.replace(files, path(name), out -> out.write(bytes));
  }

  /** Writes a file of the run as a whole. */
  public void write(String name, Files.Content content) throws IOException {
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

  private @org.jspecify.annotations.Nullable FileStatus status(Path path) throws IOException {
    try {
      return files.getFileStatus(path);
    } catch (FileNotFoundException e) {
      return null;
    }
  }
}
