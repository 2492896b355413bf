package org.sparkqat.distributed;

/**
 * What the driver knows of a worker.
 *
 * @param connection where it was last heard of
 * @param connected false once that connection is lost
 * @param heard time of its last message, in nanoseconds
 */
record Presence(WorkerIdentity worker, Object connection, boolean connected, long heard) {

  Presence lost() {
    return new Presence(worker, connection, false, heard);
  }
}
