package org.sparkqat.app.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.sparkqat.engine.PlanMemory;
import org.sparkqat.engine.StepTimes;

/**
 * What was found for one way to compute, float or quantized.
 *
 * @param medianMs median of the steps, in milliseconds
 * @param examplesPerSecond examples of a step by its median
 * @param shares of the time of all steps
 * @param evaluationMs median of an evaluation of the batch, in milliseconds
 * @param memory of the training plan, after the steps
 */
record ModeFigures(
    double medianMs,
    double examplesPerSecond,
    Shares shares,
    double evaluationMs,
    PlanMemory memory) {

  private static final double NANOS_PER_MS = 1e6;

  /**
   * Shares of a step, which add up to 1.
   *
   * @param forward the forward pass and the loss, without quantization
   * @param backward the backward pass
   * @param quantization weights folded, quantized and loaded, activations observed and quantized as
   *     far as these are passes of their own; in float: weights loaded
   * @param update clipping, optimizer and running statistics
   */
  record Shares(double forward, double backward, double quantization, double update) {}

  static ModeFigures of(
      int batch, List<StepSample> steps, List<Long> evaluations, PlanMemory memory) {
    double medianMs = median(steps.stream().mapToLong(StepSample::total)) / NANOS_PER_MS;
    double evaluationMs = median(evaluations.stream().mapToLong(Long::longValue)) / NANOS_PER_MS;
    return new ModeFigures(medianMs, 1000 * batch / medianMs, shares(steps), evaluationMs, memory);
  }

  private static Shares shares(List<StepSample> steps) {
    double backward = share(steps, step -> step.engine().backward());
    double quantization = share(steps, step -> quantization(step.engine()));
    double update = share(steps, StepSample::update);
    return new Shares(
        Math.max(0, 1 - backward - quantization - update), backward, quantization, update);
  }

  private static long quantization(StepTimes times) {
    return times.load() + times.quantization();
  }

  private static double share(List<StepSample> steps, ToLongFunction<StepSample> part) {
    long total = steps.stream().mapToLong(StepSample::total).sum();
    return (double) steps.stream().mapToLong(part).sum() / total;
  }

  /** The middle value, or the mean of the two in the middle. */
  static double median(LongStream values) {
    long[] sorted = values.sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1
        ? sorted[middle]
        : (sorted[middle - 1] + (double) sorted[middle]) / 2;
  }

  Map<String, Object> json() {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("forward", shares.forward());
    parts.put("backward", shares.backward());
    parts.put("quantization", shares.quantization());
    parts.put("update", shares.update());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("medianMs", medianMs);
    json.put("examplesPerSecond", examplesPerSecond);
    json.put("shares", parts);
    json.put("evaluationMs", evaluationMs);
    json.put("peakNativeBytes", memory.peakNativeBytes());
    json.put("keptForBackwardBytes", memory.keptForBackwardBytes());
    return json;
  }
}
