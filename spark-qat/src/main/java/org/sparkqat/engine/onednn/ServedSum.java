package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import org.sparkqat.engine.TermRatios;

/**
 * Evaluation of a sum of two tensors of codes that no other block goes on with: as a {@link
 * FusedSum}.
 */
final class ServedSum {

  private final Feature term;
  private final Feature other;
  private final Feature dst;
  private final RealSource termCodes;
  private final RealSource otherCodes;
  private final Numbers toOther;
  private final Numbers toSum;
  private final Operation compute;

  /**
   * The sum of two features of codes.
   *
   * @param term the one of the later block
   */
  ServedSum(Workshop workshop, Feature term, Feature other, Feature dst, Scratch scratch) {
    this.term = term;
    this.other = other;
    this.dst = dst;
    this.termCodes = RealSource.centered(workshop, term, scratch.source);
    this.otherCodes = RealSource.centered(workshop, other, scratch.secondSource);
    this.toOther = new Numbers(workshop, 1);
    this.toSum = new Numbers(workshop, 1);
    Attributes attributes =
        new Attributes(workshop)
            .then(dnnl_binary_add, flat(workshop, otherCodes))
            .then(dnnl_binary_mul, toSum.row);
    dst.quantizer().orElseThrow().appendTo(attributes, numbers -> numbers.row);
    this.compute =
        workshop.binary(
            "sum of codes",
            dnnl_binary_mul,
            flat(workshop, termCodes),
            toOther.row,
            workshop.flat(dst.extent(), dst.type(), dst.data()),
            attributes);
  }

  private Tensor flat(Workshop workshop, RealSource codes) {
    return workshop.flat(dst.extent(), dnnl_f32, codes.tensor.place());
  }

  /** Takes the scales in force; false: they are too far apart. */
  boolean load() {
    TermRatios ratios = TermRatios.of(term.scale(), other.scale(), dst.scale());
    toOther.set(ratios.toOther());
    toSum.set(ratios.toSum());
    return !ratios.overflow();
  }

  void run() {
    termCodes.run();
    otherCodes.run();
    compute.run();
  }
}
