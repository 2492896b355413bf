package org.sparkqat.app.doctor;

import java.util.Locale;

/** How a check ended, the worst last. */
enum Status {
  /** Could not be checked, or need not be. */
  SKIPPED,
  OK,
  /** The job runs, but slower or with less safety than it could. */
  WARNING,
  /** The job would fail. */
  FAIL;

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
