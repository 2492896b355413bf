package org.sparkqat.data;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What the preparation of a data set took.
 *
 * @param storage where the shards are: memory or disk
 * @param examples in all shards
 * @param bytesPerExample as stored: a byte or four for each value, and four for the label
 * @param spilledBytes written to local disks by sorts that did not fit the executors' memory
 * @param seconds from the first row read to the last shard stored
 */
public record Preparation(
    ShardStorage storage, long examples, long bytesPerExample, long spilledBytes, double seconds) {

  private static final double KIB = 1024;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  /** Bytes of all examples as stored. */
  public long bytes() {
    return examples * bytesPerExample;
  }

  /** One line for a log. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%,d examples of %,d bytes, %s %s, prepared in %.1f s%s",
        examples,
        bytesPerExample,
        size(bytes()),
        storage == ShardStorage.DISK ? "on local disks" : "in memory",
        seconds,
        spilledBytes == 0 ? "" : " (sorts spilled " + size(spilledBytes) + ")");
  }

  /** The figures by name. */
  public Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("storage", storage.name().toLowerCase(Locale.ROOT));
    figures.put("examples", examples);
    figures.put("bytesPerExample", bytesPerExample);
    figures.put("bytes", bytes());
    figures.put("spilledBytes", spilledBytes);
    figures.put("preparationSeconds", seconds);
    return figures;
  }

  private static String size(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= KIB && unit < UNITS.length - 1) {
      size /= KIB;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
  }
}
