package org.sparkqat.app.config;

import java.util.OptionalInt;

/**
 * Group {@code cluster}: how a step travels; changes the speed, never the result.
 *
 * @param workers tasks that train at the same time; empty: as many as there are slots
 */
public record ClusterConfiguration(Exchange exchange, OptionalInt workers) {

  /** How the driver and the executors exchange a step. */
  public enum Exchange {
    /** The fastest way that the platform offers. */
    AUTO,
    /** One Spark job for each step. */
    JOB_PER_STEP
  }

  static ClusterConfiguration read(Section section) {
    return new ClusterConfiguration(
        section.choice("exchange", Exchange.AUTO),
        section.integerOr("workers", "auto", Bounds.between(1, 65_536)));
  }
}
