package org.sparkqat.engine.integer;

import org.sparkqat.engine.TermRatios;
import org.sparkqat.integer.RealMap;
import org.sparkqat.integer.Requantizer;
import org.sparkqat.integer.TermSum;
import org.sparkqat.quantization.NotFiniteException;

/** The operations of binary32 with which the engine evaluates, in its order. */
final class RealForms implements Forms {

  private static final int ONE = bits(1f);

  static int bits(float number) {
    if (!Float.isFinite(number)) {
      throw new NotFiniteException(
          "Invalid number in an integer-only model: " + number + " (must be finite)");
    }
    return Float.floatToRawIntBits(number);
  }

  /** The real value of a channel's accumulator. */
  static RealMap real(WeightedChannel channel) {
    return channel.hasKernels()
        ? new RealMap.Sum(bits((float) channel.biasCode()), bits(channel.unit()))
        : new RealMap.Line(bits(channel.unit()), bits(channel.bias()));
  }

  static RealMap real(float scale) {
    return line(scale, 0f);
  }

  static RealMap line(float slope, float intercept) {
    return new RealMap.Line(bits(slope), bits(intercept));
  }

  static RealMap mean(int count, float scale) {
    return new RealMap.Mean(bits((float) count), bits(scale));
  }

  private static Requantizer of(RealMap map, CodeTarget to) {
    return new Requantizer.OfReal(map, bits(to.scale()), to.low(), to.high());
  }

  @Override
  public Requantizer weighted(WeightedChannel channel, CodeTarget to) {
    if (!channel.hasKernels()) {
      return of(real(channel), to);
    }
    RealMap map =
        new RealMap.Sum(bits((float) channel.biasCode()), bits(channel.unit() / to.scale()));
    return new Requantizer.OfReal(map, ONE, to.low(), to.high());
  }

  @Override
  public Requantizer product(float scale, float other, CodeTarget to) {
    return of(real(scale * other), to);
  }

  @Override
  public Requantizer copy(float scale, int most, CodeTarget to) {
    return of(real(scale), to);
  }

  @Override
  public Requantizer line(float scale, float factor, float intercept, int most, CodeTarget to) {
    return of(line(scale * factor, intercept), to);
  }

  @Override
  public Requantizer mean(int count, float scale, int most, CodeTarget to) {
    return of(mean(count, scale), to);
  }

  @Override
  public TermSum sum(float term, float other, int most, CodeTarget to) {
    TermRatios ratios = TermRatios.of(term, other, to.scale());
    return ratios.overflow()
        ? new TermSum.OfReals(bits(term), bits(other), bits(to.scale()), to.low(), to.high())
        : new TermSum.OfCodes(bits(ratios.toOther()), bits(ratios.toSum()), to.low(), to.high());
  }
}
