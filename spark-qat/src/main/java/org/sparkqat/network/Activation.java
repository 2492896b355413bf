package org.sparkqat.network;

/** The element-wise function at the end of a {@link Block}. */
public enum Activation {
  NONE,
  RELU,
  RELU6;

  private static final float SIX = 6f;

  /** The function's value. */
  public float of(float value) {
    return switch (this) {
      case NONE -> value;
      case RELU -> Math.max(0f, value);
      case RELU6 -> Math.min(SIX, Math.max(0f, value));
    };
  }
}
