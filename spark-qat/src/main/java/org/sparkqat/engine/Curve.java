package org.sparkqat.engine;

import org.sparkqat.network.ActivationFunction;

/**
 * The values and the slopes of an activation function, computed in double by {@link StrictMath},
 * whose bits do not depend on the machine, and rounded to float once.
 */
public enum Curve {
  SIGMOID {
    @Override
    double at(double x) {
      return sigmoid(x);
    }

    @Override
    double slopeAt(double x) {
      return sigmoid(x) * sigmoid(-x);
    }
  },

  TANH {
    @Override
    double at(double x) {
      return StrictMath.tanh(x);
    }

    @Override
    double slopeAt(double x) {
      double y = StrictMath.tanh(x);
      return (1 - y) * (1 + y);
    }
  },

  HARD_SIGMOID {
    @Override
    double at(double x) {
      return hardSigmoid(x);
    }

    @Override
    double slopeAt(double x) {
      return Math.abs(x) < 3 ? 1 / 6.0 : 0;
    }
  },

  HARD_SWISH {
    @Override
    double at(double x) {
      return x * hardSigmoid(x);
    }

    @Override
    double slopeAt(double x) {
      return Math.abs(x) < 3 ? x / 3 + 0.5 : hardSigmoid(x);
    }
  },

  SILU {
    @Override
    double at(double x) {
      return x * sigmoid(x);
    }

    @Override
    double slopeAt(double x) {
      return sigmoid(x) * (1 + x * sigmoid(-x));
    }
  };

  /** The curve of a layer. */
  public static Curve of(ActivationFunction function) {
    return switch (function) {
      case SIGMOID -> SIGMOID;
      case TANH -> TANH;
      case HARD_SIGMOID -> HARD_SIGMOID;
      case HARD_SWISH -> HARD_SWISH;
      case SILU -> SILU;
    };
  }

  abstract double at(double x);

  abstract double slopeAt(double x);

  /** The function at x. */
  public float value(float x) {
    return (float) at(x);
  }

  /** Its derivative at x. */
  public float slope(float x) {
    return (float) slopeAt(x);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }

  /** NaN stays NaN. */
  private static double hardSigmoid(double x) {
    return Math.max(0, Math.min(1, x / 6 + 0.5));
  }
}
