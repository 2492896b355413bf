package org.sparkqat.distributed.protocol;

/**
 * What the driver knows of a worker.
 *
 * @param connection where it was last heard of
 * @param connected false once that connection is lost
 * @param heard time of its last message, in nanoseconds
 */
record Presence(WorkerIdentity worker, Object connection, boolean connected, long heard) {

  /** True when both are attempts of the same task, alive at the same time. */
  boolean isBeside(Presence other) {
    return connected
        && worker.attempt() != other.worker().attempt()
        && !connection.equals(other.connection());
  }

  Presence lost() {
    return new Presence(worker, connection, false, heard);
  }
}
