package org.sparkqat.training;

/** Training met a number that is not finite; it stops, and the last checkpoint stays usable. */
public final class TrainingDivergedException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  private static final String REMEDY =
      "the last checkpoint stays usable: lower the learning rate or clip gradients";

  public TrainingDivergedException(String message) {
    super(message);
  }

  /** A loss that is not finite, where no layer is known. */
  public static TrainingDivergedException ofLoss(double loss, long step) {
    return new TrainingDivergedException(
        "Cannot continue training: loss is %s at step %d (%s)".formatted(loss, step, REMEDY));
  }

  /**
   * A loss that is not finite.
   *
   * @param layer the first one with a non-finite value
   */
  public static TrainingDivergedException ofLoss(double loss, long step, String layer) {
    return new TrainingDivergedException(
        "Cannot continue training: loss is %s at step %d (first non-finite value in layer '%s'; %s)"
            .formatted(loss, step, layer, REMEDY));
  }

  /**
   * A gradient that is not finite although the loss is.
   *
   * @param parameter the first one with a non-finite gradient
   */
  public static TrainingDivergedException ofGradient(long step, String parameter) {
    return new TrainingDivergedException(
        "Cannot continue training: gradient of '%s' is not finite at step %d (%s)"
            .formatted(parameter, step, REMEDY));
  }

  /**
   * A gradient of a learned range that is not finite.
   *
   * @param layer whose range it is
   */
  public static TrainingDivergedException ofLearnedRange(long step, String layer) {
    return new TrainingDivergedException(
        "Cannot continue training: gradient of the learned range of layer '%s' is not finite at step %d (%s)"
            .formatted(layer, step, REMEDY));
  }

  /**
   * Parameters that are not finite, or whose product with a factor that is folded in is not.
   *
   * @param parameter path of the first one, e.g. {@code conv2.weight}
   * @param step that cannot be computed with them, or that has left them at the end of an epoch
   */
  public static TrainingDivergedException ofParameter(long step, String parameter) {
    int dot = parameter.lastIndexOf('.');
    return new TrainingDivergedException(
        "Cannot continue training: parameter '%s' of layer '%s' is not finite, or too large to quantize, at step %d (%s)"
            .formatted(
                parameter.substring(dot + 1),
                parameter.substring(0, Math.max(dot, 0)),
                step,
                REMEDY));
  }

  /**
   * Running batch-norm statistics that are not finite.
   *
   * @param statistics their name
   */
  public static TrainingDivergedException ofStatistics(long step, String statistics) {
    return new TrainingDivergedException(
        "Cannot continue training: batch-norm statistics '%s' are not finite at step %d (%s)"
            .formatted(statistics, step, REMEDY));
  }

  /**
   * A range in force that has no scale.
   *
   * @param layer whose range it is
   */
  public static TrainingDivergedException ofScale(long step, String layer) {
    return new TrainingDivergedException(
        "Cannot continue training: quantization range of layer '%s' is not finite, or too wide, at step %d (%s)"
            .formatted(layer, step, REMEDY));
  }

  /** Numbers that have no scale where neither layer nor parameter is known. */
  public static TrainingDivergedException of(long step, String reason) {
    return new TrainingDivergedException(
        "Cannot continue training: %s at step %d (%s)".formatted(reason, step, REMEDY));
  }

  /**
   * A quantization range that is not finite.
   *
   * @param point the quantization point's name
   */
  public static TrainingDivergedException ofRange(long step, String point) {
    return new TrainingDivergedException(
        "Cannot continue training: output of layer '%s' is not finite at step %d (%s)"
            .formatted(point, step, REMEDY));
  }
}
