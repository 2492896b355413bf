package org.sparkqat.analysis;

import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.analysis.Variant.Scope;

/** What a number of bits of one layer is said to cost; the scores of layers are added up. */
public enum Score {
  /**
   * Mean squared difference of the network's outputs with that layer alone quantized: noise of
   * different layers adds up as far as it is small and independent.
   */
  OUTPUT_NOISE {
    @Override
    double of(Sensitivity sensitivity, String layer, Part part, int bits) {
      return one(sensitivity, layer, part, bits).noise();
    }
  },
  /** Rise of the loss with that layer alone quantized; at least 0. */
  LOSS {
    @Override
    double of(Sensitivity sensitivity, String layer, Part part, int bits) {
      double loss = one(sensitivity, layer, part, bits).loss();
      return Math.max(0, loss - sensitivity.reference().loss());
    }
  },
  /**
   * Mean eigenvalue of the Hessian, at least 0, times the squared error of the weights, {@code
   * tr(H) / n * ||Q(w) - w||^2} (HAWQ-V2); weights only.
   */
  HESSIAN {
    @Override
    double of(Sensitivity sensitivity, String layer, Part part, int bits) {
      Sensitivity.Layer of =
          sensitivity.layer(layer).filter(found -> found.trace().isPresent()).orElse(null);
      if (part != Part.WEIGHTS || of == null || !of.errors().containsKey(bits)) {
        throw missing(layer, part, bits);
      }
      double mean = Math.max(0, of.trace().orElseThrow().mean()) / of.weights();
      return mean * of.errors().get(bits).ownNoise();
    }
  };

  /** As options and documents have it, e.g. {@code output-noise}. */
  @Override
  public String toString() {
    return Variant.word(this);
  }

  abstract double of(Sensitivity sensitivity, String layer, Part part, int bits);

  private static Measurement one(Sensitivity sensitivity, String layer, Part part, int bits) {
    return sensitivity
        .found(new Variant(layer, part, bits, Scope.ONE))
        .orElseThrow(() -> missing(layer, part, bits));
  }

  private static IllegalArgumentException missing(String layer, Part part, int bits) {
    return new IllegalArgumentException(
        "Invalid sensitivity: it has no score of the %s of layer '%s' at %d bits (measure them first)"
            .formatted(part, layer, bits));
  }
}
