package org.sparkqat.engine;

/**
 * While training, zeroes each element with probability {@code rate} and scales the others by {@code
 * 1 / (1 - rate)}; otherwise the identity. The choice is a function of (seed, step, shard, block,
 * element).
 */
final class DropoutOperation implements Operation {

  private final int block;
  private final float rate;
  private final Activations src;
  private final Activations dst;
  private final float[] factors;

  DropoutOperation(int block, float rate, Activations src, Activations dst) {
    this.block = block;
    this.rate = rate;
    this.src = src;
    this.dst = dst;
    this.factors = new float[dst.data.length];
  }

  @Override
  public Activations output() {
    return dst;
  }

  @Override
  public void forward(MicroBatchContext context) {
    dst.scale = src.scale;
    dst.isCodes = src.isCodes && context.pass() == Pass.INFERENCE;
    if (context.pass() == Pass.INFERENCE) {
      System.arraycopy(src.data, 0, dst.data, 0, dst.data.length);
      return;
    }
    DropoutKey key = context.dropout();
    float kept = 1f / (1f - rate);
    for (int i = 0; i < factors.length; i++) {
      factors[i] = key.draw(block, i) < rate ? 0f : kept;
      dst.data[i] = src.data[i] * factors[i];
    }
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + (long) factors.length * Float.BYTES;
  }

  @Override
  public void backward(MicroBatchResult result) {
    if (!src.wantsGradient()) {
      return;
    }
    for (int i = 0; i < factors.length; i++) {
      dst.diff[i] *= factors[i];
    }
    src.addGradient(dst.diff);
  }
}
