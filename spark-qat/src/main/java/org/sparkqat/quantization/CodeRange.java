package org.sparkqat.quantization;

/**
 * The integers that a quantizer may produce: {@code quantMin ... quantMax}, both included.
 *
 * @param quantMin at most 0
 * @param quantMax at least 1
 */
public record CodeRange(int quantMin, int quantMax) {

  public CodeRange {
    if (quantMin > 0 || quantMax < 1) {
      throw new IllegalArgumentException(
          "Invalid code range: " + quantMin + " ... " + quantMax + " (must contain 0 and 1)");
    }
  }

  /** {@code 0 ... 2^b - 1}: asymmetric activations. */
  public static CodeRange unsigned(int bits) {
    return new CodeRange(0, (1 << bits) - 1);
  }

  /** {@code -2^(b-1) ... 2^(b-1) - 1}: asymmetric weights; 2 bits at least. */
  public static CodeRange signed(int bits) {
    int half = 1 << (bits - 1);
    return new CodeRange(-half, half - 1);
  }

  /** {@code -(2^(b-1) - 1) ... 2^(b-1) - 1}: symmetric weights and activations; 2 bits at least. */
  public static CodeRange signedNarrow(int bits) {
    int max = (1 << (bits - 1)) - 1;
    return new CodeRange(-max, max);
  }
}
