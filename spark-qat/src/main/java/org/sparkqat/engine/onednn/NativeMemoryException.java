package org.sparkqat.engine.onednn;

/** Native memory that cannot be had. */
final class NativeMemoryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NativeMemoryException(long bytes) {
    super(
        "%d bytes of native memory are not to be had (use smaller micro-batches or give the"
                .formatted(bytes)
            + " process more memory outside the heap)");
  }
}
