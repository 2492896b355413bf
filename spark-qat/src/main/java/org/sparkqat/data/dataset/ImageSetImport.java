package org.sparkqat.data.dataset;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.sparkqat.data.InvalidDataException;
import org.sparkqat.data.dataset.PublishedFormat.Split;

/**
 * Turns the published files of an image set into {@code train.parquet} and {@code test.parquet}.
 *
 * @param format what the files in {@code from} are
 * @param from the local folder with the published files
 * @param to the folder to write to, on any Hadoop file system
 * @param trainExamples how many training images to keep, all when empty
 * @param testExamples how many test images to keep, all when empty
 * @param seed of the permutation whose first images are kept
 */
public record ImageSetImport(
    PublishedFormat format,
    java.nio.file.Path from,
    Path to,
    OptionalInt trainExamples,
    OptionalInt testExamples,
    long seed) {

  /** Reads, converts and writes both parts; an existing part is an error and stays as it is. */
  public void execute(Configuration configuration) throws IOException {
    Path train = absent(new Path(to, "train.parquet"), configuration);
    Path test = absent(new Path(to, "test.parquet"), configuration);
    ImageParquetWriter writer = new ImageParquetWriter(configuration);
    writer.write(read(Split.TRAIN, trainExamples), train);
    writer.write(read(Split.TEST, testExamples), test);
  }

  private LabelledImages read(Split split, OptionalInt examples) throws IOException {
    LabelledImages all = readAll(split);
    return examples.isEmpty() ? all : SampledImages.of(all, examples.getAsInt(), seed);
  }

  private LabelledImages readAll(Split split) throws IOException {
    try {
      return format.read(from, split);
    } catch (NoSuchFileException e) {
      throw new InvalidDataException(
          "Invalid folder: %s (%s needs the file %s)"
              .formatted(from, format, java.nio.file.Path.of(e.getFile()).getFileName()),
          e);
    }
  }

  private static Path absent(Path path, Configuration configuration) throws IOException {
    if (path.getFileSystem(configuration).exists(path)) {
      throw new IllegalArgumentException(
          "Invalid output: " + path + " exists (delete it, or choose another folder)");
    }
    return path;
  }
}
