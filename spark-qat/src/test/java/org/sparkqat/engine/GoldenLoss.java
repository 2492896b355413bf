package org.sparkqat.engine;

/** The losses of the golden files, independently of those that train. */
record GoldenLoss(double labelSmoothing) implements LossFunction {

  @Override
  public double apply(float[] outputs, Targets targets, float[] diffOutputs) {
    return targets.classes() == 0
        ? squaredError(outputs, targets.values(), diffOutputs)
        : crossEntropy(outputs, targets, diffOutputs);
  }

  private static double squaredError(float[] outputs, float[] values, float[] diff) {
    double sum = 0;
    for (int i = 0; i < outputs.length; i++) {
      double error = (double) outputs[i] - values[i];
      diff[i] = (float) (2 * error / outputs.length);
      sum += error * error;
    }
    return sum / outputs.length;
  }

  private double crossEntropy(float[] outputs, Targets targets, float[] diff) {
    int classes = targets.classes();
    int batch = targets.labels().length;
    double loss = 0;
    for (int n = 0; n < batch; n++) {
      double total = 0;
      for (int k = 0; k < classes; k++) {
        total += Math.exp(outputs[n * classes + k]);
      }
      for (int k = 0; k < classes; k++) {
        double hit = k == targets.labels()[n] ? 1 - labelSmoothing : 0;
        double target = hit + labelSmoothing / classes;
        double p = Math.exp(outputs[n * classes + k]) / total;
        loss -= target * Math.log(p) / batch;
        diff[n * classes + k] = (float) ((p - target) / batch);
      }
    }
    return loss;
  }

  @Override
  public double evaluate(float[] outputs, Targets targets, int examples) {
    throw new UnsupportedOperationException("Unsupported: golden files hold training losses");
  }
}
