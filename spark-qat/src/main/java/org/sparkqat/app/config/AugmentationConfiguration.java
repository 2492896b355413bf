package org.sparkqat.app.config;

/**
 * Group {@code training.augmentation}: random changes of training images.
 *
 * @param cropPadding pixels of padding around an image before it is cropped to its size; 0: off
 */
public record AugmentationConfiguration(int cropPadding, boolean horizontalFlip) {

  static AugmentationConfiguration read(Section section) {
    return new AugmentationConfiguration(
        section.integer("crop-padding", 0, Bounds.between(0, 1024)),
        section.flag("horizontal-flip", false));
  }

  public boolean isOff() {
    return cropPadding == 0 && !horizontalFlip;
  }
}
