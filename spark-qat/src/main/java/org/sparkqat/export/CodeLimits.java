package org.sparkqat.export;

import org.sparkqat.network.Activation;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.CodeRange;

/** The codes that may occur behind an activation and a quantizer, both ends included. */
record CodeLimits(int low, int high) {

  private static final float SIX = 6f;

  /** All codes of a quantizer. */
  static CodeLimits of(CodeRange codes) {
    return new CodeLimits(codes.quantMin(), codes.quantMax());
  }

  /** The codes of {@code activation(x)}. */
  static CodeLimits of(Affine affine, Activation activation) {
    return switch (activation) {
      case NONE -> of(affine.codes());
      case RELU -> new CodeLimits(affine.zeroPoint(), affine.codes().quantMax());
      case RELU6 -> new CodeLimits(affine.zeroPoint(), affine.quantize(SIX));
    };
  }
}
