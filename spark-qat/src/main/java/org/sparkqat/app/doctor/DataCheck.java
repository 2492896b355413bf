package org.sparkqat.app.doctor;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.sparkqat.data.DataScan;
import org.sparkqat.network.InputNormalization;

/**
 * Whether the examples are what the configuration says.
 *
 * @param batchKey the setting that needs a number of examples; empty: none does
 * @param least examples that it needs
 * @param normalization of the features
 */
record DataCheck(DataScan scan, String batchKey, int least, InputNormalization normalization)
    implements Check {

  private static final int UNBALANCED = 10;
  private static final double USUAL = 50;

  @Override
  public Finding find() {
    Finding finding =
        judged()
            .with("rows", scan.rows())
            .with("badRows", scan.badRows())
            .with("mistakes", scan.mistakes())
            .with("repeatedKeys", scan.repeatedKeys())
            .with("exampleBytes", scan.exampleBytes());
    if (!scan.classes().isEmpty()) {
      finding = finding.with("classes", scan.classes());
    }
    return hasNumbers()
        ? finding
            .with("labelMin", scan.labelMin())
            .with("labelMax", scan.labelMax())
            .with("featureMin", scan.featureMin())
            .with("featureMax", scan.featureMax())
        : finding;
  }

  private boolean hasNumbers() {
    return Double.isFinite(scan.labelMin()) && Double.isFinite(scan.featureMin());
  }

  private Finding judged() {
    if (scan.rows() == 0) {
      return Finding.fail("no rows", "name files that hold examples");
    }
    if (scan.badRows() > 0) {
      return Finding.fail(
          "%,d of %,d rows are of no use: %s"
              .formatted(scan.badRows(), scan.rows(), String.join("; ", scan.mistakes())),
          "correct or filter those rows, or the group data of the configuration");
    }
    if (scan.rows() < least) {
      return Finding.fail(
          "%,d rows, one global batch needs %,d".formatted(scan.rows(), least),
          "lower " + batchKey + " or add data");
    }
    return warned(
        "%,d rows, %s, values %s to %s"
            .formatted(
                scan.rows(), labels(), number(scan.featureMin()), number(scan.featureMax())));
  }

  private String labels() {
    return "labels %s to %s".formatted(number(scan.labelMin()), number(scan.labelMax()));
  }

  private Finding warned(String found) {
    List<Integer> absent =
        IntStream.range(0, scan.classes().size())
            .filter(label -> scan.classes().get(label) == 0)
            .boxed()
            .toList();
    if (!absent.isEmpty()) {
      return Finding.warning(
          "%s; no example of class %s".formatted(found, listed(absent)),
          "check data.classes and the labels, or add examples");
    }
    if (scan.repeatedKeys() > 0) {
      return Finding.warning(
          "%s; %,d keys are those of several rows".formatted(found, scan.repeatedKeys()),
          "drop the duplicates if they are copies, or choose a data.key that is unique");
    }
    if (isConstant(scan.featureMin(), scan.featureMax())
        || isConstant(scan.labelMin(), scan.labelMax())) {
      return Finding.warning(
          found + ": there is nothing to learn", "check data.features and data.label");
    }
    double farthest = farthest();
    if (farthest > USUAL) {
      return Finding.warning(
          "%s; normalized, up to %s from 0".formatted(found, number(farthest)),
          "set data.mean, data.std and data.unit so that most values are within -3 to 3");
    }
    return balance(found);
  }

  private Finding balance(String found) {
    if (scan.classes().isEmpty()) {
      return Finding.ok(found);
    }
    long most = scan.classes().stream().mapToLong(Long::longValue).max().orElse(0);
    long fewest = scan.classes().stream().mapToLong(Long::longValue).min().orElse(0);
    String counted = "%s, %,d to %,d rows a class".formatted(found, fewest, most);
    return most > UNBALANCED * fewest
        ? Finding.warning(
            counted,
            "nothing, if the rare classes may count little; else repeat or add their examples")
        : Finding.ok(counted);
  }

  private static boolean isConstant(double least, double most) {
    return least == most;
  }

  /** The normalized value that is farthest from 0, if the extremes are in every channel. */
  private double farthest() {
    double farthest = 0;
    float[] offset = normalization.offset();
    float[] factor = normalization.factor();
    for (int channel = 0; channel < offset.length; channel++) {
      double low = (scan.featureMin() - offset[channel]) * factor[channel];
      double high = (scan.featureMax() - offset[channel]) * factor[channel];
      farthest = Math.max(farthest, Math.max(Math.abs(low), Math.abs(high)));
    }
    return farthest;
  }

  private static String listed(List<Integer> classes) {
    String first = String.join(", ", classes.stream().limit(10).map(String::valueOf).toList());
    return classes.size() > 10 ? first + " and %d more".formatted(classes.size() - 10) : first;
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.4g", value);
  }
}
