package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s8;
import static org.bytedeco.dnnl.global.dnnl.dnnl_u8;

import org.sparkqat.network.Activation;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.CodeRange;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Symmetry;

/**
 * The quantizer of one point, and the numbers of the range in force as native operations read them.
 *
 * <p>Codes with their zero point lie in native memory as 8-bit integers, signed or unsigned.
 */
final class Quantizer {

  private static final float SIX = 6f;

  private final QuantizationPoint point;
  private final Activation activation;
  private final Place zeroPointPlace;

  /** Real width of one code. */
  final Numbers scale;

  /** Code of real 0, as an integer. */
  final Tensor zeroPoint;

  /** Code of real 0, as a real number. */
  final Numbers realZeroPoint;

  /** Smallest code less the zero point that the activation and the codes admit. */
  final Numbers lowest;

  /** Largest code less the zero point that the activation and the codes admit. */
  final Numbers highest;

  /** Smallest value before the activation that passes the gradient. */
  final Numbers passLow;

  /** Largest value before the activation that passes the gradient. */
  final Numbers passHigh;

  /** Smallest number that the codes hold without clipping. */
  final Numbers leastWithin;

  /** Largest number that the codes hold without clipping. */
  final Numbers largestWithin;

  private Affine affine;
  private float least;
  private float largest;

  Quantizer(Workshop workshop, QuantizationPoint point, Activation activation) {
    this.point = point;
    this.activation = activation;
    this.scale = new Numbers(workshop, 1);
    this.zeroPointPlace = workshop.ownPlace();
    this.zeroPoint =
        workshop.tensor(workshop.layout(new long[] {1}, dnnl_s32, dnnl_a), zeroPointPlace);
    this.realZeroPoint = new Numbers(workshop, 1);
    this.lowest = new Numbers(workshop, 1);
    this.highest = new Numbers(workshop, 1);
    this.passLow = new Numbers(workshop, 1);
    this.passHigh = new Numbers(workshop, 1);
    this.leastWithin = new Numbers(workshop, 1);
    this.largestWithin = new Numbers(workshop, 1);
    this.affine = new Affine(1f, 0, point.quantizer().codes());
  }

  /** The type of the codes in native memory. */
  int type() {
    return codes().quantMin() < 0 ? dnnl_s8 : dnnl_u8;
  }

  private CodeRange codes() {
    return point.quantizer().codes();
  }

  /** True when the code of real 0 may differ from 0: an asymmetric range on both sides of 0. */
  boolean shifts() {
    return point.quantizer().symmetry() == Symmetry.ASYMMETRIC && activation == Activation.NONE;
  }

  /** True when saturation to the type of the codes is the clamp to the codes. */
  boolean fillsType() {
    return activation != Activation.RELU6
        && codes().equals(CodeRange.unsigned(Byte.SIZE))
        && !shifts();
  }

  float scale() {
    return affine.scale();
  }

  int zeroPoint() {
    return affine.zeroPoint();
  }

  /** Takes the range in force during the next step. */
  void load(Ranges ranges) {
    Affine next = point.quantizer().affine(ranges.range(point.firstSlot()));
    if (next.zeroPoint() != 0 && !shifts()) {
      throw new IllegalArgumentException(
          "Invalid quantization range of '%s': %s (after %s no value is below 0)"
              .formatted(point.name(), ranges.range(point.firstSlot()), activation));
    }
    affine = next;
    scale.set(affine.scale());
    // The place is untyped: these are the bits of an integer.
    zeroPointPlace.start().put(Float.intBitsToFloat(affine.zeroPoint()));
    realZeroPoint.set(affine.zeroPoint());
    boolean passesAll = activation == Activation.NONE;
    lowest.set(passesAll ? affine.lowest() : Math.max(affine.lowest(), 0));
    highest.set(activation == Activation.RELU6 ? affine.centered(SIX) : affine.highest());
    least = -largestWithin(-affine.lowest());
    largest = largestWithin(affine.highest());
    leastWithin.set(least);
    largestWithin.set(largest);
    passLow.set(passesAll ? least : Float.MIN_VALUE);
    passHigh.set(activation == Activation.RELU6 ? Math.min(largest, Math.nextDown(SIX)) : largest);
  }

  /** The largest number whose code, less the zero point, is at most the given one. */
  private float largestWithin(int code) {
    float number = affine.scale() * (code + 0.5f);
    while (Affine.round(number / affine.scale()) > code) {
      number = Math.nextDown(number);
    }
    while (Affine.round(Math.nextUp(number) / affine.scale()) <= code) {
      number = Math.nextUp(number);
    }
    return number;
  }

  /** True when a value that the activation has put out lies above the codes. */
  boolean clipsAbove(float value) {
    return value > largest;
  }

  /** True when a value that the activation has put out lies below the codes. */
  boolean clipsBelow(float value) {
    return value < least;
  }
}
