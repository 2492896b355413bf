package org.sparkqat.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ContentSummary;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.sparkqat.data.dataset.SyntheticFiles;
import org.sparkqat.data.dataset.SyntheticFiles.RowOrder;
import org.sparkqat.data.dataset.SyntheticSet;
import org.sparkqat.tensor.Shape;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code generate}: writes a made-up data set of any size. */
@Command(
    name = "generate",
    description = {
      "Writes a synthetic data set that a network can learn, for tests of any size.",
      "Each row is a function of its number and of --seed, --classes and the shape: never of",
      "--partitions or of the cluster. Columns: id, features (or image), label."
    },
    mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {

  private static final Pattern IMAGE = Pattern.compile("(\\d{1,9})x(\\d{1,9})x(\\d{1,9})");
  private static final int MAX_FEATURES = 1 << 26;
  private static final double MIB = 1 << 20;

  @Spec private CommandSpec spec;

  @Option(names = "--rows", required = true, paramLabel = "N", description = "How many rows.")
  private long rows;

  @Option(
      names = "--features",
      paramLabel = "F",
      description = "Rows are vectors of F numbers: column features, array of float.")
  private @Nullable Integer features;

  @Option(
      names = "--image",
      paramLabel = "CxHxW",
      description = "Rows are images, e.g. 3x32x32: column image, C*H*W raw uint8 values.")
  private @Nullable String image;

  @Option(
      names = "--classes",
      defaultValue = "10",
      paramLabel = "C",
      description = "Classes of the label; 0: a regression (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--seed",
      defaultValue = "42",
      paramLabel = "S",
      description = "Of what there is to learn and of the noise (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--first-row",
      defaultValue = "0",
      paramLabel = "N",
      description = {
        "Number of the first row (default: ${DEFAULT-VALUE}). A test set for N training rows:",
        "the same options with --first-row N."
      })
  private long firstRow;

  @Option(
      names = "--sorted",
      description = "Sort the rows by label, the hard case for distributed training.")
  private boolean sorted;

  @Option(
      names = "--format",
      defaultValue = "parquet",
      paramLabel = "FORMAT",
      description = {
        "parquet, orc, json or csv (default: ${DEFAULT-VALUE}). Images need parquet or orc; csv has",
        "the columns f0, f1, ... instead of features."
      })
  private String format = "";

  @Option(
      names = "--partitions",
      paramLabel = "P",
      description = "Files to write (default: one for each 128 MiB, and at least one a slot).")
  private @Nullable Integer partitions;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "PATH",
      description = "Folder to write to (any file system); must not exist.")
  private String output = "";

  @Override
  public Integer call() throws IOException {
    SyntheticSet set = new SyntheticSet(rows, firstRow, shape(), classes, seed);
    RowOrder order = sorted ? RowOrder.BY_LABEL : RowOrder.BY_NUMBER;
    SyntheticFiles files = new SyntheticFiles(set, format, order, optional(partitions));
    Configuration hadoop = Sessions.hadoop();
    Path target = new Path(output);
    if (target.getFileSystem(hadoop).exists(target)) {
      throw new WrongUsageException("Invalid --output: " + output + " (exists already)");
    }
    long start = System.nanoTime();
    try (Sessions.Lease spark = Sessions.lease("generate")) {
      files.write(spark.session(), output);
    }
    print(set, target, hadoop, (System.nanoTime() - start) * 1e-9);
    return CommandLine.ExitCode.OK;
  }

  private Shape shape() {
    if ((features == null) == (image == null)) {
      throw new WrongUsageException(
          features == null
              ? "Missing option: --features F or --image CxHxW"
              : "Invalid options: --features and --image (use one of them)");
    }
    return features == null ? imageShape(image) : vectorShape(features);
  }

  private static Shape vectorShape(int features) {
    if (features < 1 || features > MAX_FEATURES) {
      throw new WrongUsageException(
          "Invalid --features: %d (allowed: 1 to %d)".formatted(features, MAX_FEATURES));
    }
    return new Shape(features);
  }

  private static Shape imageShape(@Nullable String image) {
    Matcher sizes = IMAGE.matcher(String.valueOf(image));
    if (!sizes.matches()) {
      throw new WrongUsageException("Invalid --image: " + image + " (must be CxHxW, e.g. 3x32x32)");
    }
    int[] dims = IntStream.rangeClosed(1, 3).map(i -> Integer.parseInt(sizes.group(i))).toArray();
    long values = 1;
    for (int dim : dims) {
      values = Math.min(values, MAX_FEATURES) * dim;
    }
    if (values < 1 || values > MAX_FEATURES) {
      throw new WrongUsageException(
          "Invalid --image: %s (allowed: 1 to %d values)".formatted(image, MAX_FEATURES));
    }
    return new Shape(dims);
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private void print(SyntheticSet set, Path target, Configuration hadoop, double seconds)
      throws IOException {
    ContentSummary written = target.getFileSystem(hadoop).getContentSummary(target);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "Written %,d rows to %s: %.1f MiB (%.1f MiB as examples) in %.1f s%n",
        set.rows(),
        target,
        written.getLength() / MIB,
        set.bytes() / MIB,
        seconds);
    out.println(configuration(set));
    out.flush();
  }

  /** The keys of the group {@code data} that describe the columns. */
  private String configuration(SyntheticSet set) {
    String columns =
        format.equals("csv")
            ? IntStream.range(0, set.shape().size())
                .mapToObj(i -> "f" + i)
                .collect(Collectors.joining(", ", "[", "]"))
            : set.features();
    return "data: {features: %s, label: label, key: id, shape: %s, classes: %d%s}"
        .formatted(
            columns, set.shape(), set.classes(), set.isImages() ? ", mean: [0.5], std: [0.2]" : "");
  }
}
