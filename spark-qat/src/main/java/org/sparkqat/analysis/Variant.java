package org.sparkqat.analysis;

import java.util.Locale;

/**
 * One item of the grid: which layers are quantized, and how.
 *
 * @param layer name of a block, or {@code input}
 * @param part of the layers, weights, activations (their outputs) or both
 */
public record Variant(String layer, Part part, int bits, Scope scope) {

  /** What of a layer is quantized. */
  public enum Part {
    WEIGHTS,
    ACTIVATIONS,
    BOTH;

    /** As options and documents have it. */
    @Override
    public String toString() {
      return word(this);
    }

    boolean hasWeights() {
      return this != ACTIVATIONS;
    }

    boolean hasActivations() {
      return this != WEIGHTS;
    }
  }

  /** Whether the layer is the one that is quantized, or the one that is not. */
  public enum Scope {
    ONE,
    ALL_BUT;

    /** As options and documents have it. */
    @Override
    public String toString() {
      return word(this);
    }
  }

  /** The word of a constant, e.g. {@code all-but}. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
