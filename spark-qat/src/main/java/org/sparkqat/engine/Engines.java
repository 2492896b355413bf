package org.sparkqat.engine;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.engine.onednn.OneDnn;

/** Opens the kernels that a job asks for. */
public final class Engines {

  private static final Logger LOG = LoggerFactory.getLogger(Engines.class);

  private Engines() {}

  /**
   * Opens kernels, which the caller closes.
   *
   * @throws UnsupportedOperationException if {@link EngineChoice#ONEDNN} is asked for and cannot
   *     run here
   */
  public static Kernels open(EngineChoice choice) {
    return open(choice, 1);
  }

  /**
   * Opens kernels that compute with a number of threads, at least 1; the reference kernels take
   * one.
   */
  public static Kernels open(EngineChoice choice, int threads) {
    Sizes.atLeast(1, "threads", threads);
    return switch (choice) {
      case ONEDNN -> OneDnn.open(threads);
      case REFERENCE -> new ReferenceKernels();
      case AUTO -> openBest(threads);
    };
  }

  private static Kernels openBest(int threads) {
    try {
      return OneDnn.open(threads);
    } catch (UnsupportedOperationException e) {
      LOG.warn("Using the reference kernels, which are many times slower: {}", e.getMessage());
      return new ReferenceKernels();
    }
  }
}
