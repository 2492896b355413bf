package org.sparkqat.app.output;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.ArithmeticInUse;

/**
 * The outcome of a run, as {@code summary.json} holds it.
 *
 * @param accuracies what each form of the network reaches on the test set
 * @param loss of the last form on the test set
 * @param steps optimizer steps
 * @param epochs float and QAT epochs
 * @param examples seen while training, each as often as it was seen
 * @param seconds spent on training, over all resumed parts
 * @param stages figures of each stage, in their order
 * @param parametersSha256 of the little-endian float32 weights in layout order
 * @param rangesSha256 of the ranges in force, minima then maxima
 * @param arithmetic what computed the quantized steps, on the driver's machine
 * @param data what the preparation of each data set took, by the set's name
 */
public record Summary(
    Accuracies accuracies,
    double loss,
    long steps,
    int epochs,
    long examples,
    double seconds,
    List<Map<String, @Nullable Object>> stages,
    String parametersSha256,
    String rangesSha256,
    String sparkVersion,
    ArithmeticInUse arithmetic,
    String sparkQatVersion,
    Map<String, Map<String, Object>> data) {

  public Summary {
    stages = List.copyOf(stages);
    data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
  }

  /**
   * Share of correct classes, or R² of a regression, in the network's forms; empty: not measured.
   *
   * @param ptq float weights, quantized after training
   * @param integer integer-only arithmetic
   */
  public record Accuracies(
      OptionalDouble floating, OptionalDouble ptq, OptionalDouble qat, OptionalDouble integer) {

    public static final Accuracies NONE =
        new Accuracies(
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty());
  }

  public double examplesPerSecond() {
    return seconds > 0 ? examples / seconds : 0;
  }

  /** The content of {@code summary.json}. */
  public String json() {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("floatAccuracy", boxed(accuracies.floating()));
    values.put("ptqAccuracy", boxed(accuracies.ptq()));
    values.put("qatAccuracy", boxed(accuracies.qat()));
    values.put("integerAccuracy", boxed(accuracies.integer()));
    values.put("loss", loss);
    values.put("steps", steps);
    values.put("epochs", epochs);
    values.put("examples", examples);
    values.put("seconds", seconds);
    values.put("examplesPerSecond", examplesPerSecond());
    values.put("stages", stages);
    values.put("parametersSha256", parametersSha256);
    values.put("rangesSha256", rangesSha256);
    values.put("sparkVersion", sparkVersion);
    values.put("instructionSet", arithmetic.instructionSet());
    values.put("engine", arithmetic.engine());
    values.put("arithmetic", arithmetic.kind());
    values.put("arithmeticReason", arithmetic.obstacle().orElse(null));
    values.put("sparkQatVersion", sparkQatVersion);
    values.put("data", data);
    return Json.document(values);
  }

  private static @Nullable Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
