package org.sparkqat.app.config;

import java.util.function.DoublePredicate;

/**
 * Which numbers a key takes.
 *
 * @param text what messages and the reference say, e.g. {@code 2 to 8}
 */
record Bounds(DoublePredicate test, String text) {

  static Bounds between(long least, long most) {
    return new Bounds(value -> value >= least && value <= most, least + " to " + most);
  }

  static Bounds atLeast(long least) {
    return new Bounds(value -> value >= least, "at least " + least);
  }

  static Bounds above(long limit) {
    return new Bounds(value -> value > limit, "above " + limit);
  }

  /** {@code limit < value <= most}. */
  static Bounds aboveUpTo(long limit, long most) {
    return new Bounds(
        value -> value > limit && value <= most, "above " + limit + ", at most " + most);
  }

  /** {@code lower < value < upper}. */
  static Bounds inside(long lower, long upper) {
    return new Bounds(
        value -> value > lower && value < upper, "above " + lower + ", below " + upper);
  }

  /** {@code least <= value < limit}. */
  static Bounds fromBelow(long least, long limit) {
    return new Bounds(
        value -> value >= least && value < limit, "at least " + least + ", below " + limit);
  }

  static Bounds any() {
    return new Bounds(value -> true, "any");
  }

  /** The same for numbers that must fit an int. */
  Bounds ofInt() {
    return new Bounds(value -> value == (int) value && test.test(value), text);
  }

  boolean allow(double value) {
    return !Double.isNaN(value) && !Double.isInfinite(value) && test.test(value);
  }
}
