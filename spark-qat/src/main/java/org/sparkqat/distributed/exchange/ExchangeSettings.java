package org.sparkqat.distributed.exchange;

import java.time.Duration;

/**
 * How a step travels between the driver and its workers; changes the speed, never the result.
 *
 * @param stepTimeout how long a step may take before training stops with an error, at least a
 *     second
 * @param port where the driver listens for resident workers; 0: any free one
 * @param slices where gradients are merged and parameters updated
 */
public record ExchangeSettings(Mode mode, Duration stepTimeout, int port, Slices slices) {

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

  /** Who merges gradients and updates parameters. */
  public enum Slices {
    /** The workers, when there are many of them and of parameters; else the driver. */
    AUTO,
    /** The driver. */
    NEVER,
    /** The workers, or an error. */
    ALWAYS
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

  /** With slices where they pay. */
  public ExchangeSettings(Mode mode, Duration stepTimeout, int port) {
    this(mode, stepTimeout, port, Slices.AUTO);
  }

  public ExchangeSettings mode(Mode other) {
    return new ExchangeSettings(other, stepTimeout, port, slices);
  }

  public ExchangeSettings stepTimeout(Duration other) {
    return new ExchangeSettings(mode, other, port, slices);
  }

  public ExchangeSettings slices(Slices other) {
    return new ExchangeSettings(mode, stepTimeout, port, other);
  }
}
