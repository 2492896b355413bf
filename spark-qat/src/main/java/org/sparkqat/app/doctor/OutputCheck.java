package org.sparkqat.app.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.output.StartMode;

/** Whether the output folder can be written, and a file renamed into its place. */
record OutputCheck(RunFolder folder) implements Check {

  /** Stores whose rename copies and deletes. */
  private static final Set<String> COPYING =
      Set.of("s3", "s3a", "s3n", "gs", "wasb", "wasbs", "oss", "cosn", "obs", "swift");

  private static final byte[] CONTENT = new byte[4096];
  private static final String REMEDY =
      "choose an output.path that this user may write to, on a file system with its connector on"
          + " --jars";

  @Override
  public Finding find() throws IOException {
    try {
      folder.requireStartable(new StartMode.Resume(Optional.empty()));
    } catch (IllegalArgumentException e) {
      return Finding.fail(String.valueOf(e.getMessage()), REMEDY);
    }
    String scheme = folder.files().getUri().getScheme();
    Finding finding;
    try {
      finding = tried(scheme);
    } catch (IOException e) {
      finding =
          Finding.fail("cannot write to %s: %s".formatted(folder.root(), firstLine(e)), REMEDY);
    }
    return finding.with("path", folder.root().toString()).with("scheme", scheme);
  }

  private Finding tried(String scheme) throws IOException {
    List<Path> made = make(folder.root());
    try {
      String problem = writeAndRename();
      if (!problem.isEmpty()) {
        return Finding.fail("%s: %s".formatted(folder.root(), problem), REMEDY);
      }
      return judged(scheme);
    } finally {
      for (Path each : made) {
        folder.files().delete(each, false);
      }
    }
  }

  /** Creates a folder; those that were not there, the innermost first. */
  private List<Path> make(Path root) throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path at = root; at != null && !folder.files().exists(at); at = at.getParent()) {
      missing.add(at);
    }
    if (!folder.files().mkdirs(root)) {
      throw new IOException("the folder cannot be created");
    }
    return missing;
  }

  /** What goes wrong; empty: nothing. */
  private String writeAndRename() throws IOException {
    FileSystem files = folder.files();
    Path aside = folder.path(".doctor-" + UUID.randomUUID());
    Path place = folder.path(aside.getName() + "-renamed");
    try {
      try (OutputStream out = files.create(aside, false)) {
        out.write(CONTENT);
      }
      if (!files.rename(aside, place)) {
        return "a file cannot be renamed";
      }
      try (InputStream in = files.open(place)) {
        return Arrays.equals(in.readAllBytes(), CONTENT)
            ? ""
            : "a file does not read as it was written";
      }
    } finally {
      files.delete(aside, false);
      files.delete(place, false);
    }
  }

  private Finding judged(String scheme) throws IOException {
    if (COPYING.contains(scheme)) {
      return Finding.warning(
          "%s can be written, but on %s a rename copies: it is not atomic"
              .formatted(folder.root(), scheme),
          "none is needed: a checkpoint that was cut short is found by its checksums, and --resume"
              + " takes the one before; but metrics.jsonl is written anew at each flush, and two"
              + " jobs started in the same second may both think that they own the folder");
    }
    if (folder.holdsRun()) {
      return Finding.warning(
          folder.root() + " can be written, and holds a run",
          "train with --resume to go on with it, or with --overwrite to replace it");
    }
    return Finding.ok(folder.root() + " can be written, with atomic rename");
  }

  private static String firstLine(IOException failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
  }
}
