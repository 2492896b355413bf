package org.sparkqat.engine;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.engine.onednn.OneDnn;

/** Opens the kernels that a job asks for. */
public final class Engines {

  /** What {@link Kernels#instructionSet} says where there is none: plain Java. */
  public static final String JAVA = "java";

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

  /**
   * Keeps the kernels of this process to an instruction set, where its CPU has a better one. It
   * counts only before the first of them are opened, and not where the environment says which one
   * to use; {@link Kernels#instructionSet} tells.
   *
   * @param instructionSet as kernels call it; one that is not known changes nothing
   */
  public static void limit(String instructionSet) {
    OneDnn.limit(instructionSet);
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
