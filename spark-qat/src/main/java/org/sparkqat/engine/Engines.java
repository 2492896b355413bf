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
    return switch (choice) {
      case ONEDNN -> OneDnn.open();
      case REFERENCE -> new ReferenceKernels();
      case AUTO -> openBest();
    };
  }

  private static Kernels openBest() {
    try {
      return OneDnn.open();
    } catch (UnsupportedOperationException e) {
      LOG.warn("Using the reference kernels, which are many times slower: {}", e.getMessage());
      return new ReferenceKernels();
    }
  }
}
