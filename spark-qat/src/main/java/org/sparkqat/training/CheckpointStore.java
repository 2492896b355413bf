package org.sparkqat.training;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one training job, on any Hadoop file system.
 *
 * <p>A checkpoint is a folder {@code step-00000040} or, tagged, {@code step-00000040-float}. It is
 * written aside, its manifest of checksums last, and becomes visible by one rename; everything is
 * verified when it is read. Where a rename is a copy (object stores), a killed one leaves a partial
 * folder, which the manifest gives away like any other damage. A damaged checkpoint is named and
 * the one before it is used: the bits of the result do not depend on which.
 */
public final class CheckpointStore {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);

  private static final String ASIDE = ".tmp-";
  private static final String REPLACED = ".replaced-";

  private final FileSystem fileSystem;
  private final Path root;
  private final CheckpointOrigin origin;
  private final CheckpointRetention retention;

  private CheckpointStore(
      FileSystem fileSystem, Path root, CheckpointOrigin origin, CheckpointRetention retention) {
    this.fileSystem = fileSystem;
    this.root = root;
    this.origin = origin;
    this.retention = retention;
  }

  /**
   * Changes nothing yet.
   *
   * @param root folder of the checkpoints; need not exist
   * @param origin of the job at hand: written into checkpoints, and compared with those that are
   *     read
   */
  public static CheckpointStore open(
      Path root, Configuration hadoop, CheckpointOrigin origin, CheckpointRetention retention) {
    try {
      return new CheckpointStore(withoutCrc(root.getFileSystem(hadoop)), root, origin, retention);
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to open checkpoints in " + root, e);
    }
  }

  /**
   * The local file system without its hidden {@code .crc} files: the manifest does their work, and
   * a copy by other programs stays whole.
   */
  private static FileSystem withoutCrc(FileSystem fileSystem) {
    return fileSystem instanceof LocalFileSystem local ? local.getRawFileSystem() : fileSystem;
  }

  /**
   * Removes what a killed job left half-written, and puts back what it was about to replace. For
   * the job that writes here, before it begins.
   */
  public void removeLeftovers() {
    for (Path path : list()) {
      String name = path.getName();
      try {
        if (name.startsWith(REPLACED)) {
          restoreOrDelete(path, new Path(root, name.substring(REPLACED.length())));
        } else if (name.startsWith(ASIDE)) {
          fileSystem.delete(path, true);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Failed to remove what is left in " + path, e);
      }
    }
  }

  private void restoreOrDelete(Path replaced, Path target) throws IOException {
    if (fileSystem.exists(target)) {
      fileSystem.delete(replaced, true);
    } else {
      rename(replaced, target);
    }
  }

  /** Saves a state that is neither tagged nor scored. */
  public String save(TrainingState state) {
    return save(state, CheckpointMark.NONE);
  }

  /**
   * Saves a state, in place of one of the same step and tag, and removes superfluous checkpoints.
   *
   * @return the checkpoint's name
   */
  public String save(TrainingState state, CheckpointMark mark) {
    String name = CheckpointCandidate.nameOf(state.position(), mark);
    Path aside = new Path(root, ASIDE + UUID.randomUUID());
    try {
      CheckpointDescription description = CheckpointDescription.of(state, mark, origin);
      new CheckpointFolder(fileSystem, aside).write(state, description);
      publish(aside, name);
    } catch (IOException e) {
      UncheckedIOException failure =
          new UncheckedIOException("Failed to write checkpoint " + name + " in " + root, e);
      discard(aside, failure);
      throw failure;
    }
    removeSuperfluous();
    return name;
  }

  private void publish(Path aside, String name) throws IOException {
    Path target = new Path(root, name);
    if (!fileSystem.exists(target)) {
      rename(aside, target);
      return;
    }
    // A rename onto a folder would move into it.
    Path replaced = new Path(root, REPLACED + name);
    fileSystem.delete(replaced, true);
    rename(target, replaced);
    try {
      rename(aside, target);
    } catch (IOException e) {
      rename(replaced, target);
      throw e;
    }
    fileSystem.delete(replaced, true);
  }

  private void rename(Path from, Path to) throws IOException {
    if (!fileSystem.rename(from, to)) {
      throw new IOException("cannot rename " + from + " to " + to);
    }
  }

  private void discard(Path aside, UncheckedIOException failure) {
    try {
      fileSystem.delete(aside, true);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private void removeSuperfluous() {
    for (CheckpointCandidate candidate : retention.superfluous(candidates())) {
      try {
        fileSystem.delete(candidate.path(), true);
      } catch (IOException e) {
        LOG.warn("Failed to remove old checkpoint {}", candidate.name(), e);
      }
    }
  }

  /** Names of all checkpoints, the furthest first. */
  public List<String> names() {
    return candidates().stream().map(CheckpointCandidate::name).toList();
  }

  /**
   * The furthest checkpoint that is intact; empty when there is none at all.
   *
   * @throws IllegalStateException when all are damaged, or when it belongs to another job
   */
  public Optional<Checkpoint> latest() {
    return firstIntact(candidates());
  }

  /** The intact checkpoint with the highest score; empty when none has one. Throws as latest. */
  public Optional<Checkpoint> best() {
    List<CheckpointCandidate> candidates = new ArrayList<>(candidates());
    candidates.removeIf(c -> !c.isDamaged() && c.score() == Double.NEGATIVE_INFINITY);
    candidates.sort(
        Comparator.comparing(CheckpointCandidate::isDamaged)
            .thenComparingDouble(CheckpointCandidate::score)
            .reversed());
    return firstIntact(candidates);
  }

  /** The furthest intact checkpoint with the tag; empty when there is none. Throws as latest. */
  public Optional<Checkpoint> tagged(String tag) {
    return firstIntact(candidates().stream().filter(c -> c.tag().equals(tag)).toList());
  }

  /**
   * The checkpoint of that name.
   *
   * @throws IllegalArgumentException when there is none
   * @throws UncheckedIOException when it is damaged
   * @throws IllegalStateException when it belongs to another job
   */
  public Checkpoint named(String name) {
    List<CheckpointCandidate> all = candidates();
    CheckpointCandidate candidate =
        all.stream()
            .filter(c -> c.name().equals(name))
            .findFirst()
            .orElseThrow(
                () -> Limits.invalid("checkpoint", "'" + name + "'", "allowed: " + names()));
    try {
      return load(candidate, List.of());
    } catch (DamagedCheckpointException e) {
      throw new UncheckedIOException(
          message(candidate, e) + " (in " + root + " there are " + names() + ")", e);
    }
  }

  private Optional<Checkpoint> firstIntact(List<CheckpointCandidate> candidates) {
    List<String> damages = new ArrayList<>();
    for (CheckpointCandidate candidate : candidates) {
      try {
        Checkpoint checkpoint = load(candidate, damages);
        checkpoint.skipped().forEach(LOG::warn);
        return Optional.of(checkpoint);
      } catch (DamagedCheckpointException e) {
        damages.add(message(candidate, e));
      }
    }
    if (damages.isEmpty()) {
      return Optional.empty();
    }
    throw new IllegalStateException(
        "Cannot resume from %s: no checkpoint is intact (%s)"
            .formatted(root, String.join("; ", damages)));
  }

  private Checkpoint load(CheckpointCandidate candidate, List<String> damages)
      throws DamagedCheckpointException {
    CheckpointDescription description =
        candidate
            .description()
            .orElseThrow(() -> new DamagedCheckpointException(candidate.damage()));
    requireSameJob(candidate, description.origin());
    TrainingState state = new CheckpointFolder(fileSystem, candidate.path()).read(description);
    List<String> skipped =
        damages.stream().map(damage -> damage + " (using " + candidate.name() + ")").toList();
    return new Checkpoint(
        candidate.name(), state, description.mark(), description.origin(), skipped);
  }

  private void requireSameJob(CheckpointCandidate candidate, CheckpointOrigin saved) {
    List<String> differences = origin.differences(saved);
    if (!differences.isEmpty()) {
      throw new IllegalStateException(
          "Cannot resume from %s: it belongs to another model or configuration (%s)"
              .formatted(candidate.path(), String.join("; ", differences)));
    }
  }

  private static String message(CheckpointCandidate candidate, DamagedCheckpointException e) {
    return "Failed to read checkpoint " + candidate.name() + ": " + e.getMessage();
  }

  private List<CheckpointCandidate> candidates() {
    return list().stream()
        .flatMap(path -> CheckpointCandidate.of(fileSystem, path).stream())
        .sorted(CheckpointCandidate.FURTHEST_FIRST)
        .toList();
  }

  private List<Path> list() {
    try {
      List<Path> paths = new ArrayList<>();
      for (FileStatus status : fileSystem.listStatus(root)) {
        paths.add(status.getPath());
      }
      return paths;
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to list checkpoints in " + root, e);
    }
  }
}
