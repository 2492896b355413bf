package org.sparkqat.app.doctor;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a check found.
 *
 * @param detail one line for people
 * @param remedy what to do; empty where there is nothing to do
 * @param figures for programs
 */
record Finding(Status status, String detail, String remedy, Map<String, Object> figures) {

  Finding {
    if (status == Status.FAIL && remedy.isBlank()) {
      throw new IllegalArgumentException("Invalid finding: '" + detail + "' (needs a remedy)");
    }
    figures = new LinkedHashMap<>(figures);
  }

  static Finding ok(String detail) {
    return new Finding(Status.OK, detail, "", Map.of());
  }

  static Finding skipped(String reason) {
    return new Finding(Status.SKIPPED, reason, "", Map.of());
  }

  static Finding warning(String detail, String remedy) {
    return new Finding(Status.WARNING, detail, remedy, Map.of());
  }

  static Finding fail(String detail, String remedy) {
    return new Finding(Status.FAIL, detail, remedy, Map.of());
  }

  /** The same with one more figure. */
  Finding with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(figures);
    more.put(name, value);
    return new Finding(status, detail, remedy, more);
  }
}
