package org.sparkqat.training;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A folder that is named like a checkpoint, with what its JSON files say.
 *
 * @param step optimizer steps, by the name
 * @param tag by the name; empty: none
 * @param description empty when the JSON files are damaged
 * @param damage what is wrong with them; empty: nothing
 */
record CheckpointCandidate(
    Path path, long step, String tag, Optional<CheckpointDescription> description, String damage) {

  private static final Pattern NAME = Pattern.compile("step-(\\d{8,18})(?:-([a-z][a-z0-9]*))?");

  /**
   * The furthest position first. Of one step, damaged ones first: they may have been the furthest.
   */
  static final Comparator<CheckpointCandidate> FURTHEST_FIRST =
      Comparator.comparingLong(CheckpointCandidate::step)
          .thenComparing(CheckpointCandidate::isDamaged)
          .thenComparing(c -> c.position().phase() == Phase.DONE)
          .thenComparingInt(c -> c.position().stage())
          .thenComparingInt(c -> c.position().attempt())
          .thenComparing(c -> c.position().phase())
          .thenComparingInt(c -> c.position().epoch())
          .thenComparingInt(c -> c.position().stepOfEpoch())
          .thenComparing(CheckpointCandidate::name)
          .reversed();

  static String nameOf(Position position, CheckpointMark mark) {
    String step = "step-%08d".formatted(position.step());
    return mark.tag().isEmpty() ? step : step + "-" + mark.tag();
  }

  /** The folder's candidate; empty when it has another kind of name. */
  static Optional<CheckpointCandidate> of(FileSystem fileSystem, Path path) {
    Matcher name = NAME.matcher(path.getName());
    if (!name.matches()) {
      return Optional.empty();
    }
    long step = Long.parseLong(name.group(1));
    String tag = name.group(2) == null ? "" : name.group(2);
    try {
      CheckpointDescription found = new CheckpointFolder(fileSystem, path).describe();
      return Optional.of(new CheckpointCandidate(path, step, tag, Optional.of(found), ""));
    } catch (DamagedCheckpointException e) {
      return Optional.of(
          new CheckpointCandidate(
              path, step, tag, Optional.empty(), String.valueOf(e.getMessage())));
    }
  }

  String name() {
    return path.getName();
  }

  boolean isDamaged() {
    return description.isEmpty();
  }

  boolean isTagged() {
    return !tag.isEmpty();
  }

  /** Minus infinity when there is none. */
  double score() {
    return description
        .map(d -> d.mark().score().orElse(Double.NEGATIVE_INFINITY))
        .orElse(Double.NEGATIVE_INFINITY);
  }

  private Position position() {
    return description.map(CheckpointDescription::position).orElse(Position.START);
  }
}
