package org.sparkqat.training;

/** Checks of settings that several records of this package share. */
final class Limits {

  private Limits() {}

  /** Finite and at least 0. */
  static void requireNotNegative(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw invalid(what, value, "must be at least 0 and finite");
    }
  }

  /** Finite and above 0. */
  static void requirePositive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw invalid(what, value, "must be above 0 and finite");
    }
  }

  /** In [0, 1). */
  static void requireShare(String what, double value) {
    if (!(value >= 0 && value < 1)) {
      throw invalid(what, value, "allowed: 0 up to below 1");
    }
  }

  static void requireLength(String what, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "Invalid " + what + ": " + length + " numbers (expected " + expected + ")");
    }
  }

  static IllegalArgumentException invalid(String what, Object value, String allowed) {
    return new IllegalArgumentException("Invalid " + what + ": " + value + " (" + allowed + ")");
  }
}
