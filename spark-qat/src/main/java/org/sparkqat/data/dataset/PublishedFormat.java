package org.sparkqat.data.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The published file formats of image sets that can be turned into Parquet. */
public enum PublishedFormat {
  /** {@code train-images-idx3-ubyte} and so on, uncompressed. */
  MNIST_IDX("mnist-idx") {
    @Override
    LabelledImages read(Path folder, Split split) throws IOException {
      String prefix = split == Split.TRAIN ? "train" : "t10k";
      return IdxReader.read(
          folder.resolve(prefix + "-images-idx3-ubyte"),
          folder.resolve(prefix + "-labels-idx1-ubyte"));
    }
  },
  /** {@code data_batch_1.bin} to {@code data_batch_5.bin} and {@code test_batch.bin}. */
  CIFAR10_BINARY("cifar10-binary") {
    @Override
    LabelledImages read(Path folder, Split split) throws IOException {
      return CifarBinaryReader.read(batches(folder, split, ".bin"));
    }
  },
  /**
   * The same batches as PNG sprites with {@code train_lables.json} and {@code test_lables.json}.
   */
  CIFAR10_SPRITES("cifar10-sprites") {
    @Override
    LabelledImages read(Path folder, Split split) throws IOException {
      // The published package spells its files this way.
      String labels = split == Split.TRAIN ? "train_lables.json" : "test_lables.json";
      return CifarSpriteReader.read(batches(folder, split, ".png"), folder.resolve(labels));
    }
  };

  /** The two parts of a published set. */
  enum Split {
    TRAIN,
    TEST
  }

  private static final int CIFAR10_TRAINING_BATCHES = 5;

  private final String id;

  PublishedFormat(String id) {
    this.id = id;
  }

  /** The format with this name, e.g. {@code mnist-idx}. */
  public static PublishedFormat of(String name) {
    return Arrays.stream(values())
        .filter(format -> format.id.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid format: %s (allowed: %s)"
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(PublishedFormat::toString)
                                .collect(Collectors.joining(", ")))));
  }

  abstract LabelledImages read(Path folder, Split split) throws IOException;

  private static List<Path> batches(Path folder, Split split, String suffix) {
    if (split == Split.TEST) {
      return List.of(folder.resolve("test_batch" + suffix));
    }
    List<Path> files = new ArrayList<>();
    for (int batch = 1; batch <= CIFAR10_TRAINING_BATCHES; batch++) {
      files.add(folder.resolve("data_batch_" + batch + suffix));
    }
    return files;
  }

  @Override
  public String toString() {
    return id;
  }
}
