package org.sparkqat.engine.onednn;

/** Counts the native bytes of tensors and work space that live. */
final class MemoryAccount {

  private long liveBytes;

  void allocated(long bytes) {
    liveBytes += bytes;
  }

  void released(long bytes) {
    liveBytes -= bytes;
  }

  long liveBytes() {
    return liveBytes;
  }
}
