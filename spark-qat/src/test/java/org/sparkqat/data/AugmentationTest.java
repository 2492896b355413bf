package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sparkqat.data.Augmentation.HorizontalFlip;
import org.sparkqat.data.Augmentation.RandomCrop;
import org.sparkqat.tensor.Shape;

class AugmentationTest {

  private static final Shape SHAPE = new Shape(2, 3, 4);
  private static final int OFFSET = 5;

  @Test
  void aCropIsAWindowOfThePaddedImageAndEveryWindowComes() {
    Augmenter augmenter = new Augmenter(List.of(new RandomCrop(1)), SHAPE, 42);
    Set<String> windows = new HashSet<>();
    for (int example = 0; example < 500; example++) {
      float[] values = image();
      augmenter.apply(values, OFFSET, 0, 3, example);
      windows.add(matchingWindow(values));
    }
    assertThat(windows).hasSize(9);
  }

  @Test
  void aCropFarOutsideLeavesZeros() {
    Augmenter augmenter = new Augmenter(List.of(new RandomCrop(1_000)), SHAPE, 1);
    float[] values = image();
    augmenter.apply(values, OFFSET, 0, 0, 0);
    for (int i = 0; i < SHAPE.size(); i++) {
      assertThat(values[OFFSET + i]).isZero();
    }
    assertThat(values[OFFSET - 1]).isEqualTo(-1f);
    assertThat(values[OFFSET + SHAPE.size()]).isEqualTo(-1f);
  }

  @Test
  void aFlipMirrorsHalfOfTheExamples() {
    Augmenter augmenter = new Augmenter(List.of(new HorizontalFlip()), SHAPE, 42);
    int flipped = 0;
    for (int example = 0; example < 1_000; example++) {
      float[] values = image();
      augmenter.apply(values, OFFSET, 2, 0, example);
      boolean isFlipped = values[OFFSET] == 4;
      flipped += isFlipped ? 1 : 0;
      assertThat(values).isEqualTo(isFlipped ? mirrored() : image());
    }
    assertThat(flipped).isBetween(450, 550);
  }

  @Test
  void theOutcomeDependsOnSeedEpochShardAndExampleOnly() {
    float[] first = augmented(42, 1, 2, 3);
    assertThat(augmented(42, 1, 2, 3)).isEqualTo(first);
    assertThat(differences(first)).isGreaterThan(50);
  }

  private static int differences(float[] first) {
    int differences = 0;
    for (int i = 0; i < 20; i++) {
      differences += same(first, augmented(100 + i, 1, 2, 3)) ? 0 : 1;
      differences += same(first, augmented(42, 100 + i, 2, 3)) ? 0 : 1;
      differences += same(first, augmented(42, 1, 100 + i, 3)) ? 0 : 1;
      differences += same(first, augmented(42, 1, 2, 100 + i)) ? 0 : 1;
    }
    return differences;
  }

  private static boolean same(float[] a, float[] b) {
    return Arrays.equals(a, b);
  }

  private static float[] augmented(long seed, long epoch, int shard, int example) {
    float[] values = image();
    List<Augmentation> all = List.of(new RandomCrop(2), new HorizontalFlip());
    new Augmenter(all, SHAPE, seed).apply(values, OFFSET, epoch, shard, example);
    return values;
  }

  private static float[] image() {
    float[] values = new float[OFFSET + SHAPE.size() + 1];
    Arrays.fill(values, -1f);
    for (int i = 0; i < SHAPE.size(); i++) {
      values[OFFSET + i] = i + 1;
    }
    return values;
  }

  private static float[] mirrored() {
    float[] values = image();
    for (int i = 0; i < SHAPE.size(); i++) {
      values[OFFSET + i] = i / 4 * 4 + (3 - i % 4) + 1;
    }
    return values;
  }

  private static String matchingWindow(float[] values) {
    for (int down = -1; down <= 1; down++) {
      for (int right = -1; right <= 1; right++) {
        if (same(values, window(down, right))) {
          return down + "," + right;
        }
      }
    }
    throw new AssertionError("no window: " + Arrays.toString(values));
  }

  private static float[] window(int down, int right) {
    float[] values = image();
    for (int c = 0; c < 2; c++) {
      for (int y = 0; y < 3; y++) {
        for (int x = 0; x < 4; x++) {
          boolean inside = y + down >= 0 && y + down < 3 && x + right >= 0 && x + right < 4;
          values[OFFSET + (c * 3 + y) * 4 + x] =
              inside ? (c * 3 + y + down) * 4 + x + right + 1 : 0;
        }
      }
    }
    return values;
  }

  @Test
  void badPaddingsAndFeaturesThatAreNoImagesAreRefused() {
    assertThatThrownBy(() -> new RandomCrop(0))
        .hasMessage("Invalid random-crop padding: 0 (allowed: 1 to 1024)");
    assertThatThrownBy(() -> new Augmenter(List.of(new HorizontalFlip()), new Shape(4), 1))
        .hasMessage(
            "Invalid augmentation: features of shape [4] (only images [C, H, W] can be cropped or flipped)");
  }
}
