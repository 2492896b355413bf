package org.sparkqat.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.apache.spark.sql.catalyst.InternalRow;

/** What a scan has seen of some rows; merged in any order. Holds nothing that Kryo cannot. */
final class ScanPart implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final int FEATURES = 0;
  private static final int LABEL = 1;
  private static final int MESSAGES = 5;

  long rows;
  long badRows;
  final long[] classes;
  double labelMin = Double.POSITIVE_INFINITY;
  double labelMax = Double.NEGATIVE_INFINITY;
  double featureMin = Double.POSITIVE_INFINITY;
  double featureMax = Double.NEGATIVE_INFINITY;

  /**
   * The first mistakes in alphabetical order, a line each: which these are, depends on no order.
   */
  private String mistakes = "";

  ScanPart(int classes) {
    this.classes = new long[classes];
  }

  /**
   * Looks at one row.
   *
   * @param row features, then the label as a double
   * @param content has room for the features
   */
  void add(InternalRow row, FeatureReader features, LabelReader labels, ByteBuffer content) {
    rows++;
    boolean good = true;
    try {
      features.read(row, FEATURES, content.clear());
      noteFeatures(content.flip(), features.isUint8());
    } catch (InvalidDataException e) {
      good = false;
      note(String.valueOf(e.getMessage()));
    }
    if (!row.isNullAt(LABEL)) {
      double value = row.getDouble(LABEL);
      labelMin = Math.min(labelMin, value);
      labelMax = Math.max(labelMax, value);
    }
    try {
      int label = labels.read(row, LABEL);
      if (classes.length > 0) {
        classes[label]++;
      }
    } catch (InvalidDataException e) {
      good = false;
      note(String.valueOf(e.getMessage()));
    }
    badRows += good ? 0 : 1;
  }

  private void noteFeatures(ByteBuffer content, boolean isUint8) {
    while (content.hasRemaining()) {
      double value = isUint8 ? content.get() & 0xff : content.getFloat();
      featureMin = Math.min(featureMin, value);
      featureMax = Math.max(featureMax, value);
    }
  }

  private void note(String lines) {
    NavigableSet<String> all = new TreeSet<>();
    (mistakes + "\n" + lines).lines().filter(line -> !line.isEmpty()).forEach(all::add);
    mistakes = String.join("\n", all.stream().limit(MESSAGES).toList());
  }

  String mistakes() {
    return mistakes;
  }

  ScanPart merge(ScanPart other) {
    rows += other.rows;
    badRows += other.badRows;
    for (int i = 0; i < classes.length; i++) {
      classes[i] += other.classes[i];
    }
    labelMin = Math.min(labelMin, other.labelMin);
    labelMax = Math.max(labelMax, other.labelMax);
    featureMin = Math.min(featureMin, other.featureMin);
    featureMax = Math.max(featureMax, other.featureMax);
    note(other.mistakes);
    return this;
  }
}
