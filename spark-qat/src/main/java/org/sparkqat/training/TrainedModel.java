package org.sparkqat.training;

import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Rounding;

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

  /**
   * The model in integers.
   *
   * @throws IllegalArgumentException when it has no integer-only form
   */
  public IntegerModel integers(Rounding rounding) {
    return IntegerModel.compile(graph(), normalization, parameters, statistics, ranges, rounding);
  }

  private static void requireLength(String what, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "Invalid " + what + " of a model: " + length + " numbers (expected " + expected + ")");
    }
  }
}
