package org.sparkqat.export;

import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.training.TrainedModel;

/**
 * The outputs {@code [N, K]} of one model for the same images, computed in two ways.
 *
 * @param ours by the engine
 * @param theirs by the runtime
 */
record Logits(float[] ours, float[] theirs, int classes) {

  /** The engine's outputs, computed in micro-batches. */
  static float[] of(Kernels kernels, TrainedModel model, OnnxForm form, float[] images) {
    int size = model.network().inputShape().size();
    int classes = model.network().output().shape().size();
    int batch = Math.min(32, images.length / size);
    float[] logits = new float[images.length / size * classes];
    float[] part = new float[batch * classes];
    try (Plan plan = Plan.compile(kernels, model.graph(), model.normalization(), of(form, batch))) {
      plan.load(model.parameters(), model.statistics(), model.ranges());
      for (int from = 0; from < images.length / size; from += batch) {
        float[] raw = java.util.Arrays.copyOfRange(images, from * size, (from + batch) * size);
        plan.infer(raw, part);
        System.arraycopy(part, 0, logits, from * classes, part.length);
      }
    }
    return logits;
  }

  static PlanSettings of(OnnxForm form, int batch) {
    Arithmetic arithmetic = form == OnnxForm.QUANTIZED ? Arithmetic.QUANTIZED : Arithmetic.FLOAT;
    return new PlanSettings(batch, arithmetic, Normalization.RUNNING);
  }

  int examples() {
    return ours.length / classes;
  }

  /** Examples with the same largest output. */
  int agreements() {
    int same = 0;
    for (int n = 0; n < examples(); n++) {
      same += largest(ours, n) == largest(theirs, n) ? 1 : 0;
    }
    return same;
  }

  private int largest(float[] logits, int example) {
    int best = example * classes;
    for (int k = best; k < (example + 1) * classes; k++) {
      best = logits[k] > logits[best] ? k : best;
    }
    return best % classes;
  }

  /** Largest difference of one example, in shares of the largest magnitude of all outputs. */
  double difference(int example) {
    double difference = 0;
    for (int k = example * classes; k < (example + 1) * classes; k++) {
      difference = Math.max(difference, Math.abs((double) ours[k] - theirs[k]));
    }
    return difference / magnitude();
  }

  /** Examples with a larger {@link #difference(int)}. */
  int beyond(double limit) {
    int beyond = 0;
    for (int n = 0; n < examples(); n++) {
      beyond += difference(n) < limit ? 0 : 1;
    }
    return beyond;
  }

  /** Largest difference of all. */
  double difference() {
    double difference = 0;
    for (int n = 0; n < examples(); n++) {
      difference = Math.max(difference, difference(n));
    }
    return difference;
  }

  private double magnitude() {
    double magnitude = Double.MIN_NORMAL;
    for (float value : ours) {
      magnitude = Math.max(magnitude, Math.abs(value));
    }
    return magnitude;
  }
}
