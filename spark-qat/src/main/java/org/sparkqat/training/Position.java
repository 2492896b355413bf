package org.sparkqat.training;

/**
 * Where a training job stands.
 *
 * @param stage index of the stage, from 0; when all is done, that of the stage the network is from
 * @param attempt how often the stage was taken back, from 0
 * @param phase current phase of the stage
 * @param epoch epoch within the phase, from 0
 * @param stepOfEpoch step within the epoch, from 0
 * @param step optimizer steps made in the whole job, those that were taken back included
 */
public record Position(int stage, int attempt, Phase phase, int epoch, int stepOfEpoch, long step) {

  public static final Position START = new Position(Phase.FLOAT, 0, 0, 0);

  /** A position in a job of two stages, the first in float. */
  public Position(Phase phase, int epoch, int stepOfEpoch, long step) {
    this(phase == Phase.FLOAT ? 0 : 1, 0, phase, epoch, stepOfEpoch, step);
  }

  /** The next step of the same epoch. */
  public Position nextStep(long newStep) {
    return new Position(stage, attempt, phase, epoch, stepOfEpoch + 1, newStep);
  }

  /** The first step of the next epoch. */
  public Position nextEpoch(long newStep) {
    return new Position(stage, attempt, phase, epoch + 1, 0, newStep);
  }
}
