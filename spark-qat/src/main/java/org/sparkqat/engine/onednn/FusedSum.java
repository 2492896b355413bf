package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_round;

import org.sparkqat.engine.TermRatios;

/**
 * A residual sum as post-operations of the weighted block that computes one of its terms: the term
 * becomes codes, as if they were written, and then their sum by {@link TermRatios}. Nothing is
 * written but the sum's codes.
 */
final class FusedSum {

  private final Quantizer term;
  private final Feature other;
  private final Feature dst;
  private final Numbers toOther;
  private final Numbers toSum;

  private FusedSum(Workshop workshop, Quantizer term, Feature other, Feature dst) {
    this.term = term;
    this.other = other;
    this.dst = dst;
    this.toOther = new Numbers(workshop, 1);
    this.toSum = new Numbers(workshop, 1);
  }

  /**
   * True when the codes of the other term are multiples of its scale, so that they can be added.
   */
  static boolean isPossible(Feature term, Feature other, Feature dst) {
    return term.isCodes()
        && dst.isCodes()
        && other.quantizer().filter(by -> !by.shifts()).isPresent();
  }

  /**
   * The sum of a term that is being computed with one that has been.
   *
   * @throws java.util.NoSuchElementException unless it {@link #isPossible}
   */
  static FusedSum of(Workshop workshop, Feature term, Feature other, Feature dst) {
    return new FusedSum(workshop, term.quantizer().orElseThrow(), other, dst);
  }

  Feature dst() {
    return dst;
  }

  /** Appends the sum to the operations that make the term's real codes. */
  void append(Workshop workshop, Attributes attributes) {
    attributes
        .then(dnnl_binary_max, term.lowest.channels)
        .then(dnnl_binary_min, term.highest.channels)
        .apply(dnnl_eltwise_round)
        .then(dnnl_binary_mul, toOther.channels)
        .then(dnnl_binary_add, other.data(workshop))
        .then(dnnl_binary_mul, toSum.channels);
  }

  /** Takes the scales of terms and sum, which are in force. */
  void load() {
    toOther.set(ratios().toOther());
    toSum.set(ratios().toSum());
  }

  /** True when the scales in force are so far apart that the sum has to be computed otherwise. */
  boolean overflows() {
    return ratios().overflow();
  }

  private TermRatios ratios() {
    return TermRatios.of(term.scale(), other.scale(), dst.scale());
  }
}
