package org.sparkqat.app.config;

import org.sparkqat.training.Optimizer;

/** Reads group {@code training.optimizer}: which keys it has depends on {@code type}. */
enum OptimizerKind {
  SGD(0.05) {
    @Override
    Optimizer read(Section section) {
      return new Optimizer.Sgd(
          section.real("momentum", 0.9, Bounds.fromBelow(0, 1)),
          section.flag("nesterov", false) ? Optimizer.Nesterov.NESTEROV : Optimizer.Nesterov.NONE,
          section.real("weight-decay", 0, Bounds.atLeast(0)));
    }
  },
  ADAM(0.001) {
    @Override
    Optimizer read(Section section) {
      return new Optimizer.Adam(
          beta(section, "beta1", 0.9),
          beta(section, "beta2", 0.999),
          section.real("epsilon", 1e-8, Bounds.above(0)),
          section.real("weight-decay", 0, Bounds.atLeast(0)));
    }
  },
  ADAMW(0.001) {
    @Override
    Optimizer read(Section section) {
      return new Optimizer.AdamW(
          beta(section, "beta1", 0.9),
          beta(section, "beta2", 0.999),
          section.real("epsilon", 1e-8, Bounds.above(0)),
          section.real("weight-decay", 0.01, Bounds.atLeast(0)));
    }
  };

  private final double defaultBase;

  OptimizerKind(double defaultBase) {
    this.defaultBase = defaultBase;
  }

  /** The learning rate when the file gives none. */
  double defaultBase() {
    return defaultBase;
  }

  abstract Optimizer read(Section section);

  private static double beta(Section section, String key, double fallback) {
    return section.real(key, fallback, Bounds.fromBelow(0, 1));
  }
}
