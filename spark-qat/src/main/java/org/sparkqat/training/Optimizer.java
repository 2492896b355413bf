package org.sparkqat.training;

import java.io.Serializable;
import org.sparkqat.tensor.Loops;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;

/**
 * The rule that turns a gradient into the next parameters.
 *
 * <p>All arithmetic is float32 in the order of the equations, one element after the other, so that
 * the same inputs give the same bits everywhere. {@code p} is a parameter, {@code g} its gradient,
 * {@code lr} the learning rate, {@code t} the step from 1. Weight decay {@code wd} acts on weights
 * only ({@link Parameter#decays()}); for biases and batch-norm parameters it counts as 0.
 */
public sealed interface Optimizer extends Serializable {

  /** How many arrays in the parameters' layout the rule remembers between steps; zeros at first. */
  int slots();

  /**
   * Makes one step.
   *
   * @param from before the step, {@code [P]} and {@code [slots(), P]} in layout order
   * @param to after it: every element is written; the arrays of {@code from}, or others
   * @param gradient of the mean loss, {@code [P]}; not changed
   * @param learningRate finite, at least 0
   * @param step the optimizer's step, from 1
   * @param loops who computes
   */
  void update(
      OptimizerArrays from,
      OptimizerArrays to,
      ScaledGradient gradient,
      ParameterLayout layout,
      double learningRate,
      long step,
      Loops loops);

  /** Makes one step in place; otherwise as the other one. */
  default void update(
      float[] parameters,
      float[] gradient,
      float[][] slots,
      ParameterLayout layout,
      double learningRate,
      long step,
      Loops loops) {
    OptimizerArrays arrays = new OptimizerArrays(parameters, slots);
    update(arrays, arrays, ScaledGradient.of(gradient), layout, learningRate, step, loops);
  }

  /** Makes one step in place, in the thread that asks. */
  default void update(
      float[] parameters,
      float[] gradient,
      float[][] slots,
      ParameterLayout layout,
      double learningRate,
      long step) {
    update(parameters, gradient, slots, layout, learningRate, step, Loops.SERIAL);
  }

  /** Slots as they are before the first step. */
  default float[][] initialSlots(ParameterLayout layout) {
    return new float[slots()][layout.size()];
  }

  /** Which gradient momentum follows. */
  enum Nesterov {
    /** The step follows the momentum. */
    NONE,
    /** The step looks ahead: gradient plus momentum times the new momentum. */
    NESTEROV
  }

  /**
   * Stochastic gradient descent with momentum: {@code g' = g + wd * p}; {@code m = momentum * m +
   * g'}; {@code p = p - lr * m}, or with Nesterov {@code p = p - lr * (g' + momentum * m)}; without
   * momentum {@code p = p - lr * g'} (Sutskever et al. 2013; no dampening).
   *
   * @param momentum in [0, 1), default 0.9
   * @param weightDecay at least 0, default 0
   */
  record Sgd(double momentum, Nesterov nesterov, double weightDecay) implements Optimizer {
    public Sgd {
      Limits.requireShare("optimizer momentum", momentum);
      Limits.requireNotNegative("optimizer weight decay", weightDecay);
      if (nesterov == Nesterov.NESTEROV && momentum == 0) {
        throw Limits.invalid("optimizer momentum", momentum, "Nesterov needs it above 0");
      }
    }

    @Override
    public int slots() {
      return momentum == 0 ? 0 : 1;
    }

    @Override
    public void update(
        OptimizerArrays from,
        OptimizerArrays to,
        ScaledGradient gradient,
        ParameterLayout layout,
        double learningRate,
        long step,
        Loops loops) {
      OptimizerArrays.require(this, from, to, gradient, layout, learningRate, step);
      float rate = (float) learningRate;
      for (Parameter parameter : layout.parameters()) {
        float decay = parameter.decays() ? (float) weightDecay : 0f;
        loops.run(
            parameter.offset(),
            parameter.end(),
            (first, end) -> {
              if (momentum == 0) {
                descend(from, to, gradient, first, end, rate, decay);
              } else {
                follow(from, to, gradient, first, end, rate, decay);
              }
            });
      }
    }

    private static void descend(
        OptimizerArrays from,
        OptimizerArrays to,
        ScaledGradient gradient,
        int first,
        int end,
        float rate,
        float decay) {
      float[] p = from.parameters();
      float[] nextP = to.parameters();
      float[] g = gradient.values();
      float scale = gradient.first();
      float clip = gradient.second();
      for (int i = first; i < end; i++) {
        nextP[i] = p[i] - rate * (g[i] * scale * clip + decay * p[i]);
      }
    }

    private void follow(
        OptimizerArrays from,
        OptimizerArrays to,
        ScaledGradient gradient,
        int first,
        int end,
        float rate,
        float decay) {
      float[] p = from.parameters();
      float[] m = from.slots()[0];
      float[] nextP = to.parameters();
      float[] nextM = to.slots()[0];
      float[] g = gradient.values();
      float scale = gradient.first();
      float clip = gradient.second();
      float keep = (float) momentum;
      boolean looksAhead = nesterov == Nesterov.NESTEROV;
      for (int i = first; i < end; i++) {
        float decayed = g[i] * scale * clip + decay * p[i];
        float moved = keep * m[i] + decayed;
        nextM[i] = moved;
        nextP[i] = p[i] - rate * (looksAhead ? decayed + keep * moved : moved);
      }
    }
  }

  /**
   * Adam with L2 regularization (Kingma and Ba 2015, arXiv 1412.6980): {@code g' = g + wd * p};
   * {@code m = m + (1 - beta1) * (g' - m)}; {@code v = beta2 * v + (1 - beta2) * g'^2}; {@code p =
   * p - lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)}. Slots: m, v.
   *
   * @param beta1 in [0, 1), default 0.9
   * @param beta2 in [0, 1), default 0.999
   * @param epsilon above 0, default 1e-8
   * @param weightDecay at least 0, default 0
   */
  record Adam(double beta1, double beta2, double epsilon, double weightDecay) implements Optimizer {
    public Adam {
      AdamMoments.require(beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public int slots() {
      return 2;
    }

    @Override
    public void update(
        OptimizerArrays from,
        OptimizerArrays to,
        ScaledGradient gradient,
        ParameterLayout layout,
        double learningRate,
        long step,
        Loops loops) {
      OptimizerArrays.require(this, from, to, gradient, layout, learningRate, step);
      AdamMoments moments = AdamMoments.of(beta1, beta2, epsilon, learningRate, step);
      for (Parameter parameter : layout.parameters()) {
        float decay = parameter.decays() ? (float) weightDecay : 0f;
        loops.run(
            parameter.offset(),
            parameter.end(),
            (first, end) -> moments.update(from, to, gradient, first, end, decay, 1f));
      }
    }
  }

  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101): {@code p = p *
   * (1 - lr * wd)}, then {@link Adam} without its decay. Slots: m, v.
   *
   * @param beta1 in [0, 1), default 0.9
   * @param beta2 in [0, 1), default 0.999
   * @param epsilon above 0, default 1e-8
   * @param weightDecay at least 0, default 0.01
   */
  record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
      implements Optimizer {
    public AdamW {
      AdamMoments.require(beta1, beta2, epsilon, weightDecay);
    }

    @Override
    public int slots() {
      return 2;
    }

    @Override
    public void update(
        OptimizerArrays from,
        OptimizerArrays to,
        ScaledGradient gradient,
        ParameterLayout layout,
        double learningRate,
        long step,
        Loops loops) {
      OptimizerArrays.require(this, from, to, gradient, layout, learningRate, step);
      AdamMoments moments = AdamMoments.of(beta1, beta2, epsilon, learningRate, step);
      for (Parameter parameter : layout.parameters()) {
        float shrink = parameter.decays() ? (float) (1 - learningRate * weightDecay) : 1f;
        loops.run(
            parameter.offset(),
            parameter.end(),
            (first, end) -> moments.update(from, to, gradient, first, end, 0f, shrink));
      }
    }
  }
}
