package org.sparkqat.network;

/** The element-wise function at the end of a {@link Block}. */
public enum Activation {
  NONE,
  RELU,
  RELU6
}
