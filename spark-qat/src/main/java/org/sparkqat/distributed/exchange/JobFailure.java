package org.sparkqat.distributed.exchange;

import java.util.concurrent.ExecutionException;

/** What to throw when a job of Spark has failed: what Spark says of its tasks. */
public final class JobFailure {

  private JobFailure() {}

  public static Throwable cause(ExecutionException failure) {
    return failure.getCause() == null ? failure : failure.getCause();
  }

  /** Throws what Spark throws, whether the compiler knows of it or not. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public static <E extends Throwable> E unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
