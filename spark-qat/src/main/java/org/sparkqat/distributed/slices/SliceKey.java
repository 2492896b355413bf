package org.sparkqat.distributed.slices;

import java.nio.ByteBuffer;
import org.sparkqat.distributed.wire.Wire;

/**
 * What a worker asks another one for.
 *
 * @param step in which it comes to be: the parameters that a step computes with, or its gradient
 * @param slice which one
 */
public record SliceKey(Kind kind, long step, int slice) {

  enum Kind {
    /** What the other has of the gradient of the asker's slice. */
    GRADIENT,
    /** The parameters of the other's slice. */
    PARAMETERS
  }

  public static SliceKey gradient(long step, int slice) {
    return new SliceKey(Kind.GRADIENT, step, slice);
  }

  public static SliceKey parameters(long step, int slice) {
    return new SliceKey(Kind.PARAMETERS, step, slice);
  }

  /**
   * The question.
   *
   * @param run token of the job
   */
  ByteBuffer encode(long run) {
    Wire wire = Wire.writer(64).putLong(run).putText(kind.name());
    return wire.putLong(step).putInt(slice).sealed();
  }

  /** Reads a question of the given job. */
  static SliceKey decode(ByteBuffer message, long run) {
    Wire wire = Wire.unseal(message);
    if (wire.getLong() != run) {
      throw new IllegalArgumentException("Invalid question: it is of another job");
    }
    SliceKey key = new SliceKey(Kind.valueOf(wire.getText()), wire.getLong(), wire.getInt());
    wire.requireEnd();
    return key;
  }
}
