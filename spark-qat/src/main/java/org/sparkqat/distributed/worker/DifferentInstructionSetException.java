package org.sparkqat.distributed.worker;

/** A process cannot compute with the instruction set of the job: its bits would differ. */
public final class DifferentInstructionSetException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DifferentInstructionSetException(String message) {
    super(message);
  }
}
