package org.sparkqat.quantization;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How integer-only arithmetic turns an accumulator into an output code, {@code q = zeroPoint +
 * round(acc * M)}, {@code M = s_x * s_w / s_out}. Three correct libraries give three results at
 * ties.
 */
public enum Rounding {
  /**
   * gemmlowp and TensorFlow Lite: {@code M = M0 * 2^-n} with M0 in [0.5, 1) as a Q31 number, {@code
   * round(round(acc * M0) * 2^-n)}, first half up, then half away from zero (Jacob et al. 2018,
   * arXiv 1712.05877).
   */
  FIXED_POINT_DOUBLE,

  /**
   * The same M0 and n, rounded once, half up: {@code floor(acc * M0 * 2^-n + 1/2)}, as TensorFlow
   * Lite built with single rounding.
   */
  FIXED_POINT_SINGLE,

  /**
   * As this engine evaluates and ONNX Runtime's kernels do: M is a binary32 number, {@code acc * M}
   * is rounded to binary32 and then half to even to an integer.
   */
  FLOAT_HALF_EVEN;

  /** The policy of a command line: {@code fixed-point-double} and so on. */
  public static Rounding parse(String text) {
    return Arrays.stream(values())
        .filter(rounding -> rounding.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid rounding: %s (allowed: %s)"
                        .formatted(
                            text,
                            Arrays.stream(values())
                                .map(Rounding::text)
                                .collect(Collectors.joining(", ")))));
  }

  /** The policy as configuration files and command lines write it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
