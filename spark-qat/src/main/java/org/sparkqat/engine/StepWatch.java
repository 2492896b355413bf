package org.sparkqat.engine;

/** Takes the times of a plan's latest load and training step. */
public final class StepWatch {

  private long load;
  private long quantization;
  private long forward;
  private long loss;
  private long backward;
  private long mark;

  public void start() {
    mark = System.nanoTime();
  }

  private long lap() {
    long now = System.nanoTime();
    long lap = now - mark;
    mark = now;
    return lap;
  }

  public void loaded() {
    load = lap();
  }

  /** After the forward pass, of which quantization took the nanoseconds that the result counts. */
  public void forwardEnds(MicroBatchResult result) {
    quantization = result.quantizationNanos;
    forward = Math.max(0, lap() - quantization);
  }

  public void lossEnds() {
    loss = lap();
  }

  public void backwardEnds() {
    backward = lap();
  }

  public StepTimes times() {
    return new StepTimes(load, quantization, forward, loss, backward);
  }
}
