package org.sparkqat.training;

/**
 * Where a training job stands.
 *
 * @param phase current phase
 * @param epoch epoch within the phase, from 0
 * @param stepOfEpoch step within the epoch, from 0
 * @param step optimizer steps made in the whole job
 */
public record Position(Phase phase, int epoch, int stepOfEpoch, long step) {

  public static final Position START = new Position(Phase.FLOAT, 0, 0, 0);
}
