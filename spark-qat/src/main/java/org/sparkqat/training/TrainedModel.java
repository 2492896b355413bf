package org.sparkqat.training;

import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;

/** A network with its numbers: what is evaluated, exported and served. */
public record TrainedModel(
    Network network,
    InputNormalization normalization,
    QuantizationScheme scheme,
    float[] parameters,
    float[] statistics,
    Ranges ranges) {

  public TrainedModel {
    requireLength("parameters", parameters.length, network.parameters().size());
    requireLength("statistics", statistics.length, network.statistics().size());
  }

  /** The network with its quantizers in place. */
  public QuantizedGraph graph() {
    return QuantizedGraph.of(BlockGraph.of(network), scheme);
  }

  private static void requireLength(String what, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "Invalid " + what + " of a model: " + length + " numbers (expected " + expected + ")");
    }
  }
}
