package org.sparkqat.tensor;

import java.util.Arrays;
import java.util.List;

/**
 * The sum of {@link Loops#sum} over an array of which several hold a slice each: whoever holds a
 * slice sums the largest subtrees that lie in it, and who has all of these completes the tree.
 */
public final class SlicedSum {

  private final Slices slices;

  /** A sum over runs of {@link Slices#UNIT} elements. */
  public SlicedSum(Slices slices) {
    this.slices = slices;
  }

  /**
   * The sums of the largest subtrees in a slice, from low to high.
   *
   * @param leaves what a leaf yields, by positions in the whole array
   */
  public double[] parts(int slice, Loops.Sum leaves) {
    Parts parts = new Parts(slices.from(slice), slices.to(slice), leaves);
    if (slices.size(slice) > 0) {
      parts.collect(0, slices.elements());
    }
    return Arrays.copyOf(parts.sums, parts.size);
  }

  /**
   * The sum of all, with the bits of {@link Loops#sum} over the whole array.
   *
   * @param parts of each slice
   */
  public double total(List<double[]> parts) {
    double[] all = parts.stream().flatMapToDouble(Arrays::stream).toArray();
    Total total = new Total(slices, all);
    double sum = parts.size() == slices.count() ? total.of(0, slices.elements(), 0) : Double.NaN;
    if (total.next != all.length || parts.size() != slices.count()) {
      throw new IllegalArgumentException(
          "Invalid parts of a sum: %d of %d slices (expected those of %s)"
              .formatted(all.length, parts.size(), slices));
    }
    return sum;
  }

  /** The subtrees of one slice. */
  private static final class Parts {

    private static final int SOME = 16;

    private final int from;
    private final int to;
    private final Loops.Sum leaves;
    private double[] sums = new double[SOME];
    private int size;

    private Parts(int from, int to, Loops.Sum leaves) {
      this.from = from;
      this.to = to;
      this.leaves = leaves;
    }

    private void collect(int first, int end) {
      if (first >= from && end <= to) {
        sums = size == sums.length ? Arrays.copyOf(sums, 2 * size) : sums;
        sums[size++] = Loops.SERIAL.sum(first, end, Slices.UNIT, leaves);
      } else if (first < to && end > from) {
        int middle = Loops.middle(first, end, Slices.UNIT);
        collect(first, middle);
        collect(middle, end);
      }
    }
  }

  /** What completes the tree. */
  private static final class Total {

    private final Slices slices;
    private final double[] parts;
    private int next;

    private Total(Slices slices, double[] parts) {
      this.slices = slices;
      this.parts = parts;
    }

    /** The sum of a subtree of which no slice before the given one holds anything. */
    private double of(int first, int end, int atLeast) {
      int slice = atLeast;
      while (slices.to(slice) <= first) {
        slice++;
      }
      if (end <= slices.to(slice)) {
        double part = next < parts.length ? parts[next] : Double.NaN;
        next++;
        return part;
      }
      int middle = Loops.middle(first, end, Slices.UNIT);
      double low = of(first, middle, slice);
      return low + of(middle, end, slice);
    }
  }
}
