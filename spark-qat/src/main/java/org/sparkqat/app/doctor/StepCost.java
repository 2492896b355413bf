package org.sparkqat.app.doctor;

/**
 * What the micro-batches of a job cost on one core.
 *
 * @param evaluationMillis of one micro-batch
 * @param isNative true when quantized plans stay in native memory, false when they are in the heap
 */
record StepCost(Mode floating, Mode quantized, double evaluationMillis, boolean isNative) {

  /**
   * One kind of training.
   *
   * @param millis forward and backward of one micro-batch
   * @param nativeBytes most that the plan held outside the heap
   * @param keptBytes what lies between forward and backward
   */
  record Mode(double millis, long nativeBytes, long keptBytes) {}

  /** Native bytes that a task needs. */
  long nativeBytes() {
    return Math.max(floating.nativeBytes(), quantized.nativeBytes());
  }

  /**
   * Bytes of the heap that a task's plan needs: a plan in Java keeps values and gradients there.
   */
  long heapBytes() {
    return isNative ? 0 : 2 * Math.max(floating.keptBytes(), quantized.keptBytes());
  }
}
