package org.sparkqat.integer;

/** Turns the codes of two terms into what their sum puts out. */
public sealed interface TermSum {

  /** The sum of two codes less their zero points. */
  int of(int a, int b);

  /**
   * {@code clamp(round((a * toOther + b) * toSum))}, each operation rounded to binary32, the last
   * half to even: as the engine adds two tensors of codes. All numbers are bits of binary32 ones.
   *
   * @param toOther {@code s_a / s_b}
   * @param toSum {@code s_b / s_out}
   */
  record OfCodes(int toOther, int toSum, int low, int high) implements TermSum {
    @Override
    public int of(int a, int b) {
      int inOther = Binary32.add(Binary32.multiply(Binary32.of(a), toOther), Binary32.of(b));
      return Binary32.toInteger(Binary32.multiply(inOther, toSum), low, high);
    }
  }

  /** {@code clamp(round((s_a * a + s_b * b) / s_out))}: as the engine adds real numbers. */
  record OfReals(int scaleOfA, int scaleOfB, int scale, int low, int high) implements TermSum {
    @Override
    public int of(int a, int b) {
      int real = real(scaleOfA, a, scaleOfB, b);
      return Binary32.toInteger(Binary32.divide(real, scale), low, high);
    }
  }

  /** {@code clamp(s_a * a + s_b * b)}, for the output of a network; limits are bits of numbers. */
  record ToReal(int scaleOfA, int scaleOfB, int low, int high) implements TermSum {
    @Override
    public int of(int a, int b) {
      return Binary32.max(low, Binary32.min(high, real(scaleOfA, a, scaleOfB, b)));
    }
  }

  /**
   * {@code clamp(round((round(a * 2^left * M_a) + round(b * 2^left * M_b)) * M))}, as TensorFlow
   * Lite adds: {@code M_i = s_i / (2 max(s_a, s_b))}, {@code M = 2 max(s_a, s_b) / (2^left s_out)}.
   */
  record OfFixed(int left, Rescale ofA, Rescale ofB, Rescale ofSum, int low, int high)
      implements TermSum {
    @Override
    public int of(int a, int b) {
      int sum = ofA.of(a << left) + ofB.of(b << left);
      return (int) FixedPoint.clamp(ofSum.of(sum), low, high);
    }
  }

  private static int real(int scaleOfA, int a, int scaleOfB, int b) {
    return Binary32.add(
        Binary32.multiply(scaleOfA, Binary32.of(a)), Binary32.multiply(scaleOfB, Binary32.of(b)));
  }
}
