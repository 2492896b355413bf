package org.sparkqat.app.config;

import java.time.Duration;
import java.util.OptionalInt;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.wire.GradientEncoding;

/**
 * Group {@code cluster}: how a step travels; changes the speed, never the result, but for the
 * encoding of gradients.
 *
 * @param workers tasks that train at the same time; empty: as many as there are slots
 */
public record ClusterConfiguration(
    ExchangeSettings exchange, OptionalInt workers, GradientEncoding encoding) {

  private static final int STEP_TIMEOUT_SECONDS = 600;

  static ClusterConfiguration read(Section section) {
    return new ClusterConfiguration(
        new ExchangeSettings(
            section.choice("exchange", ExchangeSettings.Mode.AUTO),
            Duration.ofSeconds(
                section.integer(
                    "step-timeout-seconds", STEP_TIMEOUT_SECONDS, Bounds.between(1, 86_400))),
            section.integer("port", 0, Bounds.between(0, 65_535)),
            section.choice("slices", ExchangeSettings.Slices.AUTO)),
        section.integerOr("workers", "auto", Bounds.between(1, 65_536)),
        section.choice("gradient-encoding", GradientEncoding.FLOAT32));
  }
}
