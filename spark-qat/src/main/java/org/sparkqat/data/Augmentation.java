package org.sparkqat.data;

import java.util.Arrays;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;
import org.sparkqat.tensor.Shape;

/** A random change of a training image, given by (seed, epoch, example) alone. */
public sealed interface Augmentation {

  /**
   * Changes the image {@code [C, H, W]} that starts at {@code offset} of {@code pixels}.
   *
   * @param scratch at least C·H·W floats, whose content is lost
   */
  void apply(float[] pixels, int offset, Shape shape, float[] scratch, Draw draw);

  /** The counters of one example's random numbers: what is drawn for it depends on nothing else. */
  record Draw(long seed, long epoch, long shard, long example) {
    int bounded(Purpose purpose, int axis, int bound) {
      // Two axes of one example share its counters; 2^40 examples in a shard are far out of reach.
      return CounterRandom.bounded(seed, purpose, epoch, shard, (example << 2) | axis, bound);
    }
  }

  /**
   * Pads each side with {@code padding} zeros (raw value 0) and cuts an H × W window at a place
   * drawn uniformly from the (2·padding + 1)² possible ones.
   *
   * @param padding pixels on each side, at least 1 and at most 1024
   */
  record RandomCrop(int padding) implements Augmentation {
    private static final int MAX_PADDING = 1024;

    public RandomCrop {
      if (padding < 1 || padding > MAX_PADDING) {
        throw new IllegalArgumentException(
            "Invalid random-crop padding: " + padding + " (allowed: 1 to " + MAX_PADDING + ")");
      }
    }

    @Override
    public void apply(float[] pixels, int offset, Shape shape, float[] scratch, Draw draw) {
      int height = shape.dim(1);
      int width = shape.dim(2);
      int down = draw.bounded(Purpose.CROP, 0, 2 * padding + 1) - padding;
      int right = draw.bounded(Purpose.CROP, 1, 2 * padding + 1) - padding;
      int size = shape.size();
      System.arraycopy(pixels, offset, scratch, 0, size);
      Arrays.fill(pixels, offset, offset + size, 0f);
      int firstX = Math.max(0, -right);
      int count = width - Math.abs(right);
      for (int row = 0; row < size / width && count > 0; row++) {
        int sourceY = row % height + down;
        if (sourceY >= 0 && sourceY < height) {
          int source = (row + down) * width + firstX + right;
          System.arraycopy(scratch, source, pixels, offset + row * width + firstX, count);
        }
      }
    }
  }

  /** Mirrors the image left to right with probability 1/2. */
  record HorizontalFlip() implements Augmentation {
    @Override
    public void apply(float[] pixels, int offset, Shape shape, float[] scratch, Draw draw) {
      if (draw.bounded(Purpose.FLIP, 0, 2) == 0) {
        return;
      }
      int width = shape.dim(2);
      int end = offset + shape.size();
      for (int start = offset; start < end; start += width) {
        mirror(pixels, start, width);
      }
    }

    private static void mirror(float[] pixels, int start, int count) {
      for (int i = start, j = start + count - 1; i < j; i++, j--) {
        float left = pixels[i];
        pixels[i] = pixels[j];
        pixels[j] = left;
      }
    }
  }
}
