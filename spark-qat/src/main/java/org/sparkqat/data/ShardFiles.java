package org.sparkqat.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/**
 * The shards of one data set that this executor has in files of Spark's local directories. It is a
 * broadcast value, of which an executor has one: when the driver destroys the broadcast, or when
 * the executor ends, the files go.
 */
final class ShardFiles implements Serializable {

  private static final long serialVersionUID = 1L;

  private static final Cleaner CLEANER = Cleaner.create();
  private static final int BUFFER_BYTES = 1 << 20;

  // Not in the broadcast's bytes: each executor starts with none.
  private transient @Nullable Map<Integer, Path> files;

  private synchronized Map<Integer, Path> files() {
    Map<Integer, Path> known = files;
    if (known == null) {
      Map<Integer, Path> empty = new ConcurrentHashMap<>();
      CLEANER.register(this, () -> empty.values().forEach(ShardFiles::delete));
      files = empty;
      known = empty;
    }
    return known;
  }

  /** The file of a shard, if this executor has it and it is whole. */
  Optional<Path> find(int shard, long bytes) {
    Path path = files().get(shard);
    return path != null && isWhole(path, bytes) ? Optional.of(path) : Optional.empty();
  }

  private static boolean isWhole(Path path, long bytes) {
    try {
      return Files.size(path) == bytes;
    } catch (IOException e) {
      return false;
    }
  }

  /** Writes a shard; where another task was faster, its file is as good. */
  Path write(int shard, Iterator<byte[]> contents, long bytes) {
    Path path = newFile();
    try {
      write(path, contents);
      if (Files.size(path) != bytes) {
        throw new IllegalStateException(
            "Cannot build shard %d: %d of %d bytes arrived (the data changed while it was read)"
                .formatted(shard, Files.size(path), bytes));
      }
    } catch (IOException e) {
      delete(path);
      throw new UncheckedIOException(
          "Failed to write shard %d to %s (spark.local.dir must have room for %d bytes more)"
              .formatted(shard, path, bytes),
          e);
    } catch (RuntimeException e) {
      delete(path);
      throw e;
    }
    Path other = files().put(shard, path);
    if (other != null) {
      // Who reads the other one keeps it open.
      delete(other);
    }
    return path;
  }

  private static void write(Path path, Iterator<byte[]> contents) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), BUFFER_BYTES)) {
      while (contents.hasNext()) {
        out.write(contents.next());
      }
    }
  }

  /** In one of Spark's local directories, in turn; Spark deletes them when the executor ends. */
  private static Path newFile() {
    return SparkEnv.get().blockManager().diskBlockManager().createTempLocalBlock()._2().toPath();
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The directory is Spark's, which deletes it in the end.
      path.toFile().deleteOnExit();
    }
  }
}
