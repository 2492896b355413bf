package org.sparkqat.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which job a checkpoint belongs to and what made it.
 *
 * @param fingerprint what must be equal for a job to go on from the checkpoint: name of the part,
 *     e.g. {@code model}, to its value; empty: any checkpoint fits
 * @param program version of the program
 * @param instructionSet of the CPU that computed
 */
public record CheckpointOrigin(
    Map<String, String> fingerprint, String program, String instructionSet) {

  private static final int LONGEST = 60;

  public CheckpointOrigin {
    fingerprint = Map.copyOf(fingerprint);
  }

  /** What keeps a job of this origin from going on where {@code saved} stopped; empty: nothing. */
  List<String> differences(CheckpointOrigin saved) {
    List<String> differences = new ArrayList<>();
    if (fingerprint.isEmpty()) {
      return differences;
    }
    TreeSet<String> parts = new TreeSet<>(fingerprint.keySet());
    parts.addAll(saved.fingerprint.keySet());
    for (String part : parts) {
      String then = saved.fingerprint.get(part);
      String now = fingerprint.get(part);
      if (!Objects.equals(then, now)) {
        differences.add(part + ": " + shorten(then) + ", now " + shorten(now));
      }
    }
    return differences;
  }

  /** The fingerprint in the order of its names. */
  Map<String, String> sortedFingerprint() {
    return new TreeMap<>(fingerprint);
  }

  private static String shorten(@Nullable String value) {
    if (value == null) {
      return "none";
    }
    return value.length() <= LONGEST ? value : value.substring(0, LONGEST) + "...";
  }
}
