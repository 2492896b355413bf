package org.sparkqat.distributed;

import java.time.Duration;

/**
 * How a step travels between the driver and its workers; changes the speed, never the result.
 *
 * @param stepTimeout how long a step may take before training stops with an error, at least a
 *     second
 * @param port where the driver listens for resident workers; 0: any free one
 */
public record ExchangeSettings(Mode mode, Duration stepTimeout, int port) {

  public static final ExchangeSettings DEFAULT =
      new ExchangeSettings(Mode.AUTO, Duration.ofMinutes(10), 0);

  /** Which way. */
  public enum Mode {
    /** Resident workers where they can start, a Spark job for each step elsewhere. */
    AUTO,
    /** Resident workers, or an error. */
    RESIDENT,
    /** A Spark job for each step. */
    JOB_PER_STEP
  }

  public ExchangeSettings {
    if (stepTimeout.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "Invalid cluster.step-timeout-seconds: "
              + stepTimeout.toMillis() / 1000.0
              + " (must be at least 1)");
    }
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "Invalid cluster.port: " + port + " (allowed: 0 to 65535)");
    }
  }

  public ExchangeSettings mode(Mode other) {
    return new ExchangeSettings(other, stepTimeout, port);
  }

  public ExchangeSettings stepTimeout(Duration other) {
    return new ExchangeSettings(mode, other, port);
  }
}
