package org.sparkqat.engine.onednn;

import org.sparkqat.engine.Kernels;

/** The door to the kernels of oneDNN. */
public final class OneDnn {

  private OneDnn() {}

  /**
   * Opens kernels, which the caller closes.
   *
   * @param threads how many threads a computation uses, at least 1
   * @throws UnsupportedOperationException if the native libraries are missing or do not load here
   */
  public static Kernels open(int threads) {
    try {
      OpenMpThreads.use(threads);
      return OneDnnKernels.create(threads);
    } catch (LinkageError | TypeNotPresentException e) {
      throw new UnsupportedOperationException(
          "Unsupported engine: onednn (%s; use engine: reference)".formatted(reason(e)), e);
    }
  }

  /** As {@link org.sparkqat.engine.Engines#limit}; nothing happens where the library is missing. */
  public static void limit(String instructionSet) {
    try {
      InstructionSet.limit(instructionSet);
    } catch (LinkageError | TypeNotPresentException e) {
      // Whoever opens kernels is told.
    }
  }

  /** The innermost message, which names the library or the symbol. */
  private static String reason(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse(cause.toString());
  }
}
