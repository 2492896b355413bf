package org.sparkqat.app.progress;

/**
 * Where a job stands after a step.
 *
 * @param phase e.g. {@code float} or {@code qat}
 * @param epoch from 1
 * @param step steps done of the epoch, at most {@code steps}
 * @param stepsLeft steps left of the whole job
 * @param examples examples of one step
 * @param loss of this step; NaN: a step without one
 */
public record Update(
    String phase,
    int epoch,
    int epochs,
    int step,
    int steps,
    long stepsLeft,
    int examples,
    double loss) {

  boolean endsEpoch() {
    return step >= steps;
  }
}
