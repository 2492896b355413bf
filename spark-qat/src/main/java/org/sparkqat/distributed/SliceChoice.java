package org.sparkqat.distributed;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.slices.SlicedState;

/**
 * When gradients are merged and parameters updated by slices on the workers; changes the speed,
 * never the result.
 *
 * @param window steps after which all slices come to the driver, and which are computed again when
 *     one is lost; at least 1, 32 by default
 */
record SliceChoice(ExchangeSettings.Slices mode, int window) {

  private static final Logger LOG = LoggerFactory.getLogger(SliceChoice.class);

  static final int WINDOW = 32;

  /** Workers from which slices are chosen by themselves. */
  private static final int WORKERS = 8;

  /** Parameters times workers from which slices are chosen by themselves. */
  private static final long PRODUCT = 32_000_000;

  SliceChoice {
    if (window < 1) {
      throw new IllegalArgumentException("Invalid window: " + window + " (must be at least 1)");
    }
  }

  /**
   * True when steps are made by slices.
   *
   * @param workers tasks of a job
   * @throws IllegalArgumentException when the user wants them and they cannot be
   */
  boolean isFor(TrainingSettings settings, ExchangeSettings.Mode exchange, int workers) {
    if (mode == ExchangeSettings.Slices.NEVER) {
      return false;
    }
    Optional<String> obstacle = obstacle(settings, exchange);
    boolean always = mode == ExchangeSettings.Slices.ALWAYS;
    if (always && obstacle.isPresent()) {
      throw new IllegalArgumentException(
          "Invalid cluster.slices: always (%s)".formatted(obstacle.get()));
    }
    int parameters = settings.worker().network().parameters().size();
    boolean wanted = always || pays(workers, parameters);
    if (wanted) {
      String how = obstacle.map(why -> "not merged by slices: " + why).orElse("merged by slices");
      LOG.info("Gradients of {} parameters from {} workers are {}", parameters, workers, how);
    }
    return wanted && obstacle.isEmpty();
  }

  private static Optional<String> obstacle(TrainingSettings settings, ExchangeSettings.Mode mode) {
    long parameters = settings.worker().network().parameters().size();
    if (mode == ExchangeSettings.Mode.JOB_PER_STEP) {
      return Optional.of("workers do not stay with cluster.exchange: job-per-step");
    }
    if (settings.clipping().adaptive() > 0) {
      return Optional.of("adaptive clipping of the merged gradient needs whole rows of weights");
    }
    return SlicedState.size(parameters, settings.optimizer().slots()) > SlicedState.LARGEST
        ? Optional.of("the parameters and optimizer slots have more than 2 GiB")
        : Optional.empty();
  }

  /** True when the cost model says that slices make the steps of so many workers shorter. */
  private static boolean pays(int workers, int parameters) {
    return workers >= WORKERS && (long) workers * parameters >= PRODUCT;
  }
}
