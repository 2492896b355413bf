package org.sparkqat.engine.onednn;

/** Counts the native bytes of tensors and work space that live. */
final class MemoryAccount {

  private long liveBytes;
  private long peakBytes;

  void allocated(long bytes) {
    liveBytes += bytes;
    peakBytes = Math.max(peakBytes, liveBytes);
  }

  void released(long bytes) {
    liveBytes -= bytes;
  }

  long liveBytes() {
    return liveBytes;
  }

  /** Most bytes that lived at one time. */
  long peakBytes() {
    return peakBytes;
  }
}
