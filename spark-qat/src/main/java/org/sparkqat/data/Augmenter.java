package org.sparkqat.data;

import java.util.List;
import org.sparkqat.tensor.Shape;

/** Applies a list of augmentations, one after the other, to the examples of one task. */
public final class Augmenter {

  private final List<Augmentation> augmentations;
  private final Shape shape;
  private final long seed;
  private final float[] scratch;

  /** An augmenter with scratch memory of its own: one for each thread. */
  public Augmenter(List<Augmentation> augmentations, Shape shape, long seed) {
    if (!augmentations.isEmpty() && shape.rank() != 3) {
      throw new InvalidDataException(
          "Invalid augmentation: features of shape "
              + shape
              + " (only images [C, H, W] can be cropped or flipped)");
    }
    this.augmentations = List.copyOf(augmentations);
    this.shape = shape;
    this.seed = seed;
    this.scratch = new float[shape.size()];
  }

  /**
   * Augments in place the raw values [C, H, W] that start at {@code offset}; the outcome depends on
   * the seed, the epoch and the example's place in the data set only.
   */
  public void apply(float[] pixels, int offset, long epoch, int shard, int example) {
    if (augmentations.isEmpty()) {
      return;
    }
    Augmentation.Draw draw = new Augmentation.Draw(seed, epoch, shard, example);
    for (Augmentation augmentation : augmentations) {
      augmentation.apply(pixels, offset, shape, scratch, draw);
    }
  }
}
