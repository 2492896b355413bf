package org.sparkqat.engine;

import java.util.List;
import org.sparkqat.quantization.Ranges;

/**
 * Joins tensors {@code [N, C1, H, W], [N, C2, H, W], ...} along their channels, as real numbers, so
 * that the codes of all get the output's scale.
 */
final class ConcatenateOperation implements Operation {

  private final int batch;
  private final List<Activations> sources;
  private final Activations dst;
  private final OutputStage stage;
  private final float[][] diffs;

  ConcatenateOperation(int batch, List<Activations> sources, Activations dst, OutputStage stage) {
    this.batch = batch;
    this.sources = sources;
    this.dst = dst;
    this.stage = stage;
    this.diffs = new float[sources.size()][0];
  }

  @Override
  public Activations output() {
    return dst;
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    stage.load(ranges);
  }

  @Override
  public void forward(MicroBatchContext context) {
    int offset = 0;
    for (Activations src : sources) {
      int size = src.data.length / batch;
      for (int n = 0; n < batch; n++) {
        scale(src.data, n * size, src.scale, n * (dst.data.length / batch) + offset, size);
      }
      offset += size;
    }
    stage.forward(dst, context.pass(), context.result());
  }

  private void scale(float[] src, int from, float scale, int to, int size) {
    float[] joined = dst.data;
    for (int i = 0; i < size; i++) {
      joined[to + i] = scale * src[from + i];
    }
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + stage.keptForBackwardBytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(dst, result);
    int offset = 0;
    for (int which = 0; which < diffs.length; which++) {
      Activations src = sources.get(which);
      if (src.wantsGradient()) {
        src.addGradient(diff(which, offset));
      }
      offset += src.data.length / batch;
    }
  }

  private float[] diff(int which, int offset) {
    int length = sources.get(which).data.length;
    if (diffs[which].length == 0) {
      diffs[which] = new float[length];
    }
    int size = length / batch;
    for (int n = 0; n < batch; n++) {
      int from = n * (dst.diff.length / batch) + offset;
      System.arraycopy(dst.diff, from, diffs[which], n * size, size);
    }
    return diffs[which];
  }
}
