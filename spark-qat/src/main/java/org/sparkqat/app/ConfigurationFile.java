package org.sparkqat.app;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * A configuration file, local or on any Hadoop file system.
 *
 * @param path as the user gave it
 */
record ConfigurationFile(String path) {

  /** The text of the file; a name without a scheme is looked for on the local disk first. */
  String text(Configuration hadoop) throws IOException {
    if (isLocal()) {
      return Files.readString(Path.of(path));
    }
    org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(path);
    FileSystem files = file.getFileSystem(hadoop);
    if (!files.exists(file)) {
      throw new WrongUsageException("Invalid --config: " + path + " (no such file)");
    }
    if (files.getFileStatus(file).isDirectory()) {
      throw new WrongUsageException("Invalid --config: " + path + " (is a folder; must be a file)");
    }
    try (InputStream in = files.open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      throw new WrongUsageException("Invalid --config: " + path + " (cannot be read)");
    }
  }

  /**
   * The folder that relative input paths are looked for in when the current directory does not have
   * them: the one above that of the file, as in {@code project/conf/job.yaml}.
   */
  Optional<Path> projectFolder() {
    return isLocal()
        ? Optional.ofNullable(Path.of(path).toAbsolutePath().normalize().getParent())
            .flatMap(folder -> Optional.ofNullable(folder.getParent()))
        : Optional.empty();
  }

  private boolean isLocal() {
    return !path.contains("://") && Files.isRegularFile(Path.of(path));
  }
}
