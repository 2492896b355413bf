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
   * Makes one step in place.
   *
   * @param parameters changed, {@code [P]} in layout order
   * @param gradient of the mean loss, {@code [P]}; not changed
   * @param slots changed, {@code [slots(), P]}
   * @param learningRate finite, at least 0
   * @param step the optimizer's step, from 1
   * @param loops who computes
   */
  void update(
      float[] parameters,
      float[] gradient,
      float[][] slots,
      ParameterLayout layout,
      double learningRate,
      long step,
      Loops loops);

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
        float[] parameters,
        float[] gradient,
        float[][] slots,
        ParameterLayout layout,
        double learningRate,
        long step,
        Loops loops) {
      OptimizerArrays.require(this, parameters, gradient, slots, layout, learningRate, step);
      float rate = (float) learningRate;
      for (Parameter parameter : layout.parameters()) {
        float decay = parameter.decays() ? (float) weightDecay : 0f;
        loops.run(
            parameter.offset(),
            parameter.end(),
            (from, to) -> {
              if (momentum == 0) {
                descend(parameters, gradient, from, to, rate, decay);
              } else {
                follow(parameters, gradient, slots[0], from, to, rate, decay);
              }
            });
      }
    }

    private static void descend(
        float[] p, float[] gradient, int from, int to, float rate, float decay) {
      for (int i = from; i < to; i++) {
        p[i] -= rate * (gradient[i] + decay * p[i]);
      }
    }

    private void follow(
        float[] p, float[] gradient, float[] m, int from, int to, float rate, float decay) {
      float keep = (float) momentum;
      boolean looksAhead = nesterov == Nesterov.NESTEROV;
      for (int i = from; i < to; i++) {
        float g = gradient[i] + decay * p[i];
        m[i] = keep * m[i] + g;
        p[i] -= rate * (looksAhead ? g + keep * m[i] : m[i]);
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
        float[] parameters,
        float[] gradient,
        float[][] slots,
        ParameterLayout layout,
        double learningRate,
        long step,
        Loops loops) {
      OptimizerArrays.require(this, parameters, gradient, slots, layout, learningRate, step);
      AdamMoments moments = AdamMoments.of(beta1, beta2, epsilon, learningRate, step);
      for (Parameter parameter : layout.parameters()) {
        float decay = parameter.decays() ? (float) weightDecay : 0f;
        loops.run(
            parameter.offset(),
            parameter.end(),
            (from, to) -> moments.update(parameters, gradient, slots, from, to, decay, 1f));
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
        float[] parameters,
        float[] gradient,
        float[][] slots,
        ParameterLayout layout,
        double learningRate,
        long step,
        Loops loops) {
      OptimizerArrays.require(this, parameters, gradient, slots, layout, learningRate, step);
      AdamMoments moments = AdamMoments.of(beta1, beta2, epsilon, learningRate, step);
      for (Parameter parameter : layout.parameters()) {
        float shrink = parameter.decays() ? (float) (1 - learningRate * weightDecay) : 1f;
        loops.run(
            parameter.offset(),
            parameter.end(),
            (from, to) -> moments.update(parameters, gradient, slots, from, to, 0f, shrink));
      }
    }
  }
}
