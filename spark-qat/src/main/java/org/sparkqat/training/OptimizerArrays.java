package org.sparkqat.training;

import org.sparkqat.tensor.ParameterLayout;

/** The checks that every optimizer makes before it touches an array. */
final class OptimizerArrays {

  private OptimizerArrays() {}

  static void require(
      Optimizer optimizer,
      float[] parameters,
      float[] gradient,
      float[][] slots,
      ParameterLayout layout,
      double learningRate,
      long step) {
    Limits.requireLength("parameters", parameters.length, layout.size());
    Limits.requireLength("gradient", gradient.length, layout.size());
    if (slots.length != optimizer.slots()) {
      throw Limits.invalid(
          "optimizer slots", slots.length, "expected " + optimizer.slots() + " of " + optimizer);
    }
    for (float[] slot : slots) {
      Limits.requireLength("optimizer slot", slot.length, layout.size());
    }
    Limits.requireNotNegative("learning rate", learningRate);
    if (step < 1) {
      throw Limits.invalid("optimizer step", step, "must be at least 1");
    }
  }
}
