package org.sparkqat.training;

/**
 * Where gradients are clipped; both places may be used.
 *
 * @param shard clips the gradient of each micro-batch before it is merged, so that a bad shard
 *     cannot poison a step
 * @param global clips the merged gradient
 */
public record GradientClipping(Clipping shard, Clipping global) {

  /** Clips nowhere. */
  public static final GradientClipping NONE = new GradientClipping(Clipping.NONE, Clipping.NONE);
}
