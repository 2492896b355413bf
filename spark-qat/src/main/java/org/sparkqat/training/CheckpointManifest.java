package org.sparkqat.training;

import java.util.SortedMap;

/** What {@code manifest.json} holds: every other file of the checkpoint with its checksum. */
record CheckpointManifest(SortedMap<String, Entry> files) {

  static final String FILE = "manifest.json";

  /**
   * Proof of one file.
   *
   * @param sha256 lower-case hexadecimal
   * @param length bytes
   */
  record Entry(String sha256, long length) {}

  Entry entry(String file) throws DamagedCheckpointException {
    Entry entry = files.get(file);
    if (entry == null) {
      throw new DamagedCheckpointException(FILE + " does not list " + file);
    }
    return entry;
  }
}
