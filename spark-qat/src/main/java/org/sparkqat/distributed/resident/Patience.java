package org.sparkqat.distributed.resident;

/**
 * How long the driver waits for what should come within seconds, all in seconds.
 *
 * @param start for all tasks of a job to connect for the first time
 * @param report between two messages that name who is missing
 * @param slots for the slots of a lost executor to come back, before a job starts with fewer
 *     workers
 * @param end for the tasks of a job to end, before it is cancelled
 */
public record Patience(long start, long report, long slots, long end) {

  public static final Patience DEFAULT = new Patience(60, 10, 15, 10);
}
