package org.sparkqat.training;

import org.sparkqat.tensor.ParameterLayout;

/**
 * What an optimizer reads, or where it writes.
 *
 * @param parameters {@code [P]} in layout order
 * @param slots what the rule remembers between steps, {@code [slots, P]}
 */
public record OptimizerArrays(float[] parameters, float[][] slots) {

  /** Checks that the arrays are those of an optimizer. */
  void require(Optimizer optimizer, ParameterLayout layout) {
    Limits.requireLength("parameters", parameters.length, layout.size());
    if (slots.length != optimizer.slots()) {
      throw Limits.invalid(
          "optimizer slots", slots.length, "expected " + optimizer.slots() + " of " + optimizer);
    }
    for (float[] slot : slots) {
      Limits.requireLength("optimizer slot", slot.length, layout.size());
    }
  }

  /** The checks that every optimizer makes before it touches an array. */
  static void require(
      Optimizer optimizer,
      OptimizerArrays from,
      OptimizerArrays to,
      ScaledGradient gradient,
      ParameterLayout layout,
      double learningRate,
      long step) {
    Limits.requireLength("gradient", gradient.values().length, layout.size());
    from.require(optimizer, layout);
    to.require(optimizer, layout);
    Limits.requireNotNegative("learning rate", learningRate);
    if (step < 1) {
      throw Limits.invalid("optimizer step", step, "must be at least 1");
    }
  }
}
