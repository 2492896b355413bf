package org.sparkqat.training;

import org.sparkqat.engine.LossFunction;
import org.sparkqat.engine.Targets;

/**
 * What a student learns from a teacher's outputs (Hinton et al. 2015, arXiv 1503.02531): {@code (1
 * - w) * loss + w * T^2 * mean_n KL(softmax(z[n] / T) || softmax(x[n] / T))}, where x are the
 * student's outputs, z the teacher's; the gradient of the second part is {@code w * T *
 * (softmax(x[n] / T) - softmax(z[n] / T)) / N}.
 *
 * @param temperature {@code T}, above 0, default 4: a higher one tells more of the wrong classes
 * @param weight {@code w}, above 0, at most 1, default 0.5
 */
public record Distillation(double temperature, double weight) {

  public static final double DEFAULT_TEMPERATURE = 4;
  public static final double DEFAULT_WEIGHT = 0.5;

  public Distillation {
    Limits.requirePositive("distillation temperature", temperature);
    if (!(weight > 0 && weight <= 1)) {
      throw Limits.invalid("distillation weight", weight, "allowed: above 0, at most 1");
    }
  }

  /**
   * The loss of a student of classes.
   *
   * @param hard the loss without a teacher
   * @param teacher the teacher's outputs for the micro-batch at hand, {@code [N, K]}
   */
  public LossFunction loss(LossFunction hard, float[] teacher) {
    return new Distilled(this, hard, teacher);
  }

  private record Distilled(Distillation by, LossFunction hard, float[] teacher)
      implements LossFunction {

    @Override
    public double apply(float[] outputs, Targets targets, float[] diffOutputs) {
      Limits.requireLength("teacher's outputs", teacher.length, outputs.length);
      double loss = hard.apply(outputs, targets, diffOutputs);
      int classes = targets.classes();
      int examples = outputs.length / classes;
      double[] student = new double[classes];
      double[] model = new double[classes];
      double temperature = by.temperature();
      double divergence = 0;
      for (int n = 0; n < examples; n++) {
        int row = n * classes;
        SoftmaxRow x = SoftmaxRow.of(outputs, row, temperature, student);
        SoftmaxRow z = SoftmaxRow.of(teacher, row, temperature, model);
        for (int k = 0; k < classes; k++) {
          divergence += model[k] * (z.logProbability(k) - x.logProbability(k));
          double soft = temperature * (student[k] - model[k]) / examples;
          diffOutputs[row + k] =
              (float) ((1 - by.weight()) * diffOutputs[row + k] + by.weight() * soft);
        }
      }
      double soft = temperature * temperature * divergence / examples;
      return (1 - by.weight()) * loss + by.weight() * soft;
    }

    @Override
    public double evaluate(float[] outputs, Targets targets, int examples) {
      return hard.evaluate(outputs, targets, examples);
    }
  }
}
