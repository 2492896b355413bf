package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_abcd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.quantization.Ranges;

/** The values of each example in the order of {@code [C, H, W]}, as a vector. */
final class FlattenBlock implements CompiledBlock {

  private final Workshop workshop;
  private final Feature src;
  private final Feature dst;
  private final Scratch scratch;
  private final boolean firstReader;
  private final Operation forward;
  private @Nullable Operation backward;
  private @Nullable GradientSink sink;

  FlattenBlock(Workshop workshop, Feature src, Feature dst, Scratch scratch, boolean firstReader) {
    this.workshop = workshop;
    this.src = src;
    this.dst = dst;
    this.scratch = scratch;
    this.firstReader = firstReader;
    this.forward = workshop.reorder("flatten", src.data(workshop), flat(src.type(), dst.data()));
  }

  /** The vector's values as an image, channels first; vectors keep their order. */
  private Tensor flat(int type, Place place) {
    return src.extent().equals(dst.extent())
        ? workshop.tensor(src.extent(), type, place)
        : workshop.tensor(workshop.layout(src.extent().dimensions(), type, dnnl_abcd), place);
  }

  @Override
  public Feature output() {
    return dst;
  }

  @Override
  public void prepareTraining() {
    if (backward == null && src.wantsGradient()) {
      sink = new GradientSink(workshop, src, firstReader, scratch.diffSource);
      backward = workshop.reorder("gradient of flatten", flat(dnnl_f32, dst.diff()), sink.target);
    }
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {}

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    forward.run();
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes();
  }

  @Override
  public void backward(MicroBatchResult result) {
    if (backward != null && sink != null) {
      backward.run();
      sink.done();
    }
  }
}
