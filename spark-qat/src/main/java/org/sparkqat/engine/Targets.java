package org.sparkqat.engine;

/**
 * What a micro-batch's outputs should be: class labels, or real values when {@code classes} is 0.
 *
 * @param labels {@code [N]}, in 0 ... classes - 1; empty for regression
 * @param values {@code [N, K]}; empty for classification
 */
public record Targets(int classes, int[] labels, float[] values) {

  public static Targets ofLabels(int classes, int examples) {
    return new Targets(classes, new int[examples], new float[0]);
  }

  public static Targets ofValues(int examples, int width) {
    return new Targets(0, new int[0], new float[examples * width]);
  }
}
