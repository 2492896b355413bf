package org.sparkqat.engine.integer;

import org.sparkqat.network.Activation;
import org.sparkqat.quantization.Affine;

/**
 * The codes that a block puts out.
 *
 * @param scale real width of one code
 * @param low smallest code less its zero point that the activation and the codes admit
 * @param high the largest
 */
record CodeTarget(float scale, int low, int high) {

  private static final float SIX = 6f;

  static CodeTarget of(Affine affine, Activation activation) {
    return new CodeTarget(
        affine.scale(),
        activation == Activation.NONE ? affine.lowest() : 0,
        activation == Activation.RELU6 ? (int) affine.centered(SIX) : affine.highest());
  }
}
