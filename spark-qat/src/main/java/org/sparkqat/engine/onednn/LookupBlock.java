package org.sparkqat.engine.onednn;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.Curve;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.RangeTerms;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;

/**
 * An activation function from codes to codes, as an integer runtime computes it: one table of 256
 * codes forward; backward one of slopes, 0 where activation or codes stop the gradient. Nothing is
 * kept but the codes that it reads.
 */
final class LookupBlock implements CompiledBlock {

  private final Workshop workshop;
  private final Feature src;
  private final Feature dst;
  private final Quantizer quantizer;
  private final QuantizationPoint observed;
  private final Scratch scratch;
  private final boolean firstReader;
  private final CurveTable table;
  private final CodeScan codes;
  private final byte[] mapped = new byte[CodeScan.ENTRIES];
  private final float[] slopes = new float[CodeScan.ENTRIES];
  private final float[] terms = new float[CodeScan.ENTRIES];
  private final boolean[] clipped = new boolean[CodeScan.ENTRIES];
  private final boolean[] occurring = new boolean[CodeScan.ENTRIES];
  private @Nullable GradientSink sink;

  LookupBlock(
      Workshop workshop,
      Curve curve,
      Feature src,
      Feature dst,
      QuantizationPoint observed,
      Scratch scratch,
      boolean firstReader) {
    this.workshop = workshop;
    this.src = src;
    this.dst = dst;
    this.quantizer = dst.quantizer().orElseThrow();
    this.observed = observed;
    this.scratch = scratch;
    this.firstReader = firstReader;
    this.table = new CurveTable(curve, src.quantizer().orElseThrow());
    this.codes = new CodeScan(src.data(), src.extent().size());
    dst.data(workshop);
  }

  @Override
  public Feature output() {
    return dst;
  }

  @Override
  public void prepareTraining() {
    dst.diff(workshop);
    if (sink == null && src.wantsGradient()) {
      sink = new GradientSink(workshop, src, firstReader, scratch.diffSource);
    }
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    quantizer.load(ranges);
    table.update();
    fill();
  }

  private void fill() {
    for (int entry = 0; entry < mapped.length; entry++) {
      float value = table.values[entry];
      mapped[entry] = (byte) quantizer.code(value);
      terms[entry] = RangeTerms.of(quantizer.activation().of(value), quantizer.affine());
      slopes[entry] = quantizer.passes(value) ? table.slopes[entry] : 0f;
      clipped[entry] = quantizer.clips(value);
    }
  }

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    if (table.update()) {
      fill();
    }
    if (result == null) {
      codes.map(mapped, dst.data());
    } else {
      Arrays.fill(occurring, false);
      codes.map(mapped, dst.data(), occurring);
      observe(trains, result);
    }
  }

  private void observe(boolean trains, MicroBatchResult result) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    boolean clips = false;
    for (int entry = 0; entry < occurring.length; entry++) {
      if (occurring[entry]) {
        float value = quantizer.activation().of(table.values[entry]);
        min = Math.min(min, value);
        max = Math.max(max, value);
        clips |= clipped[entry];
      }
    }
    result.observed().observe(observed.firstSlot(), new Range(min, max));
    if (trains && clips) {
      result.addSaturated(codes.count(clipped));
    }
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    if (quantizer.learns()) {
      double[] sums = codes.sums(dst.diff());
      for (int entry = 0; entry < sums.length; entry++) {
        RangeTerms.add(sums[entry], terms[entry], result.rangeSums(), observed.firstSlot());
      }
    }
    if (sink != null) {
      codes.multiply(slopes, dst.diff(), sink.target.place());
      sink.done();
    }
  }
}
