package org.sparkqat.engine;

import java.util.Optional;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizedGraph;

/**
 * What computes the quantized steps of a network on one machine.
 *
 * @param engine the kernels: {@code onednn} or {@code reference}
 * @param instructionSet as {@link Kernels#instructionSet}
 * @param obstacle why it is not 8-bit integers in all layers with weights; empty: it is
 */
public record ArithmeticInUse(String engine, String instructionSet, Optional<String> obstacle) {

  /** What the given kernels do with a network. */
  public static ArithmeticInUse of(
      Kernels kernels, QuantizedGraph graph, InputNormalization normalization) {
    return new ArithmeticInUse(
        kernels.name(), kernels.instructionSet(), kernels.obstacleToIntegers(graph, normalization));
  }

  /** {@code integer} or {@code float}. */
  public String kind() {
    return obstacle.isEmpty() ? "integer" : "float";
  }

  /** One line for people, e.g. {@code integer: onednn, avx512_core_vnni}. */
  public String text() {
    String where = "%s: %s, %s".formatted(kind(), engine, instructionSet);
    return obstacle.map(reason -> where + " (" + reason + ")").orElse(where);
  }
}
