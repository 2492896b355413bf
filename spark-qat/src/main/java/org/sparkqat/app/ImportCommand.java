package org.sparkqat.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.sparkqat.data.dataset.ImageSetImport;
import org.sparkqat.data.dataset.PublishedFormat;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code import}: turns the published files of an image set into Parquet. */
@Command(
    name = "import",
    description = "Turns the published files of an image set into train.parquet and test.parquet.",
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--format",
      required = true,
      description = "mnist-idx, cifar10-binary or cifar10-sprites.")
  private String format;

  @Option(names = "--from", required = true, description = "Folder with the published files.")
  private Path from;

  @Option(names = "--to", required = true, description = "Folder to write to (any file system).")
  private String to;

  @Option(names = "--train-examples", description = "Training images to keep (default: all).")
  private @Nullable Integer trainExamples;

  @Option(names = "--test-examples", description = "Test images to keep (default: all).")
  private @Nullable Integer testExamples;

  @Option(
      names = "--seed",
      defaultValue = "42",
      description = "Seed of the choice of images (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    try {
      new ImageSetImport(
              PublishedFormat.of(format),
              from,
              new org.apache.hadoop.fs.Path(to),
              optional(trainExamples),
              optional(testExamples),
              seed)
          .execute(new Configuration());
      return CommandLine.ExitCode.OK;
    } catch (IllegalArgumentException e) {
      return fail(CommandLine.ExitCode.USAGE, e);
    } catch (IOException e) {
      return fail(CommandLine.ExitCode.SOFTWARE, e);
    }
  }

  private int fail(int exitCode, Exception e) {
    spec.commandLine().getErr().println(e.getMessage());
    return exitCode;
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }
}
