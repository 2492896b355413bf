package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_round;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s8;
import static org.bytedeco.dnnl.global.dnnl.dnnl_u8;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sparkqat.network.Activation;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.CodeRange;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Symmetry;

/**
 * The quantizer of one point, and the numbers of the range in force as native operations read them.
 *
 * <p>Codes with their zero point lie in native memory as 8-bit integers, signed or unsigned. Where
 * these do not hold them, the codes less their zero point lie there as floats.
 */
final class Quantizer {

  private static final float SIX = 6f;

  private final QuantizationPoint point;
  private final Activation activation;
  private final boolean inBytes;
  private final Place zeroPointPlace;
  private final @Nullable Numbers gain;
  private float gainInForce = 1f;

  /** Real width of one code, gain included. */
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
  private float lowestCode;
  private float highestCode;
  private float passesFrom;
  private float passesTo;

  Quantizer(Workshop workshop, QuantizationPoint point, Activation activation) {
    this(workshop, point, activation, null);
  }

  private Quantizer(
      Workshop workshop, QuantizationPoint point, Activation activation, @Nullable Numbers gain) {
    this.point = point;
    this.activation = activation;
    this.gain = gain;
    this.inBytes = fitsBytes(point.quantizer());
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

  /** The same codes, whose real values a gain multiplies: those that dropout has not zeroed. */
  Quantizer amplified(Workshop workshop) {
    return new Quantizer(workshop, point, activation, new Numbers(workshop, 1));
  }

  /** What the real values of the codes are multiplied by while training; empty: by 1, always. */
  Optional<Numbers> gain() {
    return Optional.ofNullable(gain);
  }

  /** Sets what the codes' real values are multiplied by until the next call. */
  void amplify(float by) {
    if (gain == null) {
      throw new IllegalStateException("Cannot amplify the codes of '%s'".formatted(point.name()));
    }
    gainInForce = by;
    gain.set(by);
    scale.set(realScale());
  }

  /**
   * True when codes are kept as 8-bit integers. Asymmetric signed ones would fit, but blocks count
   * on code 0 being real 0 behind a rectifier.
   */
  static boolean fitsBytes(ActivationQuantizer by) {
    return by.fitsKernels() && (by.codes().quantMin() == 0 || by.symmetry() == Symmetry.SYMMETRIC);
  }

  /** True when the codes lie in native memory as 8-bit integers, false when as floats. */
  boolean inBytes() {
    return inBytes;
  }

  /** The type of the codes in native memory. */
  int type() {
    if (!inBytes) {
      return dnnl_f32;
    }
    return codes().quantMin() < 0 ? dnnl_s8 : dnnl_u8;
  }

  /** Which codes there are, zero point included. */
  CodeRange codes() {
    return point.quantizer().codes();
  }

  /**
   * True when what lies in memory for real 0 may differ from 0: an asymmetric range on both sides
   * of 0.
   */
  boolean shifts() {
    return inBytes
        && point.quantizer().symmetry() == Symmetry.ASYMMETRIC
        && activation == Activation.NONE;
  }

  /** Appends what turns {@code x / scale} into codes as they lie in memory. */
  void appendTo(Attributes attributes, Function<Numbers, Tensor> form) {
    if (!fillsType()) {
      attributes.then(dnnl_binary_max, form.apply(lowest));
      attributes.then(dnnl_binary_min, form.apply(highest));
    }
    appendRounding(attributes, form);
  }

  /** The conversion to 8 bits rounds half to even; a zero point must be added after that. */
  void appendRounding(Attributes attributes, Function<Numbers, Tensor> form) {
    if (!inBytes) {
      attributes.apply(dnnl_eltwise_round);
    } else if (shifts()) {
      attributes.apply(dnnl_eltwise_round).then(dnnl_binary_add, form.apply(realZeroPoint));
    }
  }

  /** True when saturation to the type of the codes is the clamp to the codes. */
  private boolean fillsType() {
    return inBytes
        && activation != Activation.RELU6
        && codes().equals(CodeRange.unsigned(Byte.SIZE))
        && !shifts();
  }

  /** Real width of one code, without gain. */
  float scale() {
    return affine.scale();
  }

  /** Real width of one code, gain included. */
  float realScale() {
    return affine.scale() * gainInForce;
  }

  float gainInForce() {
    return gainInForce;
  }

  /** What lies in memory for real 0. */
  int zeroPoint() {
    return inBytes ? affine.zeroPoint() : 0;
  }

  /** The code of a value before the activation. */
  int code(float value) {
    float centered = Math.max(lowestCode, Math.min(highestCode, value / affine.scale()));
    return (int) Affine.round(centered) + affine.zeroPoint();
  }

  /** True when a value before the activation passes the gradient. */
  boolean passes(float value) {
    return value >= passesFrom && value <= passesTo;
  }

  /** True when a value before the activation is one that the codes clip. */
  boolean clips(float value) {
    float activated = activation.of(value);
    return clipsAbove(activated) || clipsBelow(activated);
  }

  /** The range in force. */
  Affine affine() {
    return affine;
  }

  /** True when the range is trained with the weights. */
  boolean learns() {
    return point.quantizer().range().isLearned();
  }

  /** The activation before the codes. */
  Activation activation() {
    return activation;
  }

  /** Takes the range in force during the next step. */
  void load(Ranges ranges) {
    take(ranges.range(point.firstSlot()));
  }

  /** Takes the range of the values at hand. */
  void take(Range range) {
    Affine next = point.quantizer().affine(range);
    if (inBytes && next.zeroPoint() != 0 && !shifts()) {
      throw new IllegalArgumentException(
          "Invalid quantization range of '%s': %s (after %s no value is below 0)"
              .formatted(point.name(), range, activation));
    }
    affine = next;
    scale.set(realScale());
    if (gain != null) {
      gain.set(gainInForce);
    }
    // The place is untyped: these are the bits of an integer.
    zeroPointPlace.start().put(Float.intBitsToFloat(affine.zeroPoint()));
    realZeroPoint.set(affine.zeroPoint());
    boolean passesAll = activation == Activation.NONE;
    lowestCode = passesAll ? affine.lowest() : Math.max(affine.lowest(), 0);
    highestCode = activation == Activation.RELU6 ? affine.centered(SIX) : affine.highest();
    least = -largestWithin(-affine.lowest());
    largest = largestWithin(affine.highest());
    passesFrom = passesAll ? least : Float.MIN_VALUE;
    passesTo = activation == Activation.RELU6 ? Math.min(largest, Math.nextDown(SIX)) : largest;
    lowest.set(lowestCode);
    highest.set(highestCode);
    leastWithin.set(least);
    largestWithin.set(largest);
    passLow.set(passesFrom);
    passHigh.set(passesTo);
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
