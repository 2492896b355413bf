package org.sparkqat.app.output;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** File operations that Hadoop's file systems do not agree on. */
public final class Files {

  /** Writes the content of a file. */
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private Files() {}

  /** The file system of a path; a local one keeps no checksum files beside the files. */
  static FileSystem of(Path path, Configuration hadoop) throws IOException {
    FileSystem files = path.getFileSystem(hadoop);
    return files instanceof LocalFileSystem local ? local.getRaw() : files;
  }

  /** Writes a file of any Hadoop file system as a whole. */
  public static void write(String path, Configuration hadoop, Content content) throws IOException {
    Path given = new Path(path);
    FileSystem files = of(given, hadoop);
    replace(files, files.makeQualified(given), content);
  }

  /** Writes a text as a file of any Hadoop file system, if a file is named. */
  public static void writeWhereWanted(@Nullable String path, Configuration hadoop, String text)
      throws IOException {
    if (path != null) {
      write(path, hadoop, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** Writes a file aside and renames it, so that nobody ever sees a part of it. */
  static void replace(FileSystem files, Path path, Content content) throws IOException {
    Path aside = new Path(path.getParent(), "." + path.getName() + "." + UUID.randomUUID());
    try {
      try (OutputStream out = files.create(aside, true)) {
        content.writeTo(out);
      }
      rename(files, aside, path);
    } finally {
      files.delete(aside, false);
    }
  }

  private static void rename(FileSystem files, Path from, Path to) throws IOException {
    if (renamed(files, from, to)) {
      return;
    }
    // Most file systems do not rename over an existing file.
    files.delete(to, false);
    if (!renamed(files, from, to)) {
      throw new IOException("Failed to rename " + from + " to " + to);
    }
  }

  private static boolean renamed(FileSystem files, Path from, Path to) throws IOException {
    try {
      return files.rename(from, to);
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
