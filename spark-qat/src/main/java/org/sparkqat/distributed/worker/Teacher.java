package org.sparkqat.distributed.worker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkqat.distributed.wire.Json;
import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.NetworkDescription;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Distillation;

/**
 * A trained network in float, whose outputs a quantized one learns from.
 *
 * @param normalization of the teacher's own input
 * @param parameters in force from the first step to the last
 */
public record Teacher(
    Network network,
    InputNormalization normalization,
    float[] parameters,
    float[] statistics,
    Distillation distillation) {

  /**
   * Refuses a teacher of something else.
   *
   * @throws IllegalArgumentException when it takes other inputs or tells other classes apart
   */
  void requireFit(Network student, int classes) {
    boolean same =
        network.inputShape().equals(student.inputShape())
            && network.output().shape().equals(student.output().shape());
    if (!same || classes == 0) {
      throw new IllegalArgumentException(
          "Invalid teacher '%s': it turns %s into %s (expected %s into %s, the scores of classes)"
              .formatted(
                  network.name(),
                  network.inputShape(),
                  network.output().shape(),
                  student.inputShape(),
                  student.output().shape()));
    }
  }

  /** Bytes that {@link #write} takes. */
  long size() {
    return description().length + 12L + 4L * (parameters.length + statistics.length);
  }

  void write(Wire wire) {
    wire.putBytes(description()).putFloats(parameters).putFloats(statistics);
  }

  private byte[] description() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", network.name());
    map.put("input", network.inputShape().dims());
    map.put("layers", NetworkDescription.write(network));
    map.put("offset", normalization.offset());
    map.put("factor", normalization.factor());
    map.put("distillation", List.of(distillation.temperature(), distillation.weight()));
    return Json.write(map);
  }

  static Teacher read(Wire wire) {
    Map<String, Object> map = Json.read(wire.getBytes());
    List<Number> numbers = Json.numbers(map, "distillation");
    return new Teacher(
        NetworkDescription.read(
            Json.value(map, "name"),
            new Shape(Json.numbers(map, "input").stream().mapToInt(Number::intValue).toArray()),
            Json.value(map, "layers")),
        new InputNormalization(Json.floats(map, "offset"), Json.floats(map, "factor")),
        wire.getFloats(),
        wire.getFloats(),
        new Distillation(numbers.get(0).doubleValue(), numbers.get(1).doubleValue()));
  }
}
