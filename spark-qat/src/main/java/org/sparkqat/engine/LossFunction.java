package org.sparkqat.engine;

/**
 * The loss of one micro-batch and its gradient.
 *
 * <p>Outputs are {@code [N, K]}, row-major.
 */
public interface LossFunction {

  /**
   * Mean loss over the micro-batch.
   *
   * @param outputs the network's outputs, {@code [N, K]}
   * @param targets what they should be
   * @param diffOutputs receives the gradient of the mean loss, {@code [N, K]}
   */
  double apply(float[] outputs, Targets targets, float[] diffOutputs);

  /**
   * Sum of the losses of the first {@code examples} rows, without a gradient; label smoothing does
   * not apply.
   */
  double evaluate(float[] outputs, Targets targets, int examples);
}
