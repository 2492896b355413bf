package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_acdb;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;

/**
 * Scales each channel: {@code dst[n,c,h,w] = src[n,c,h,w] * gate[n,c]}. A product of codes is
 * exact; one multiplication makes it real.
 */
final class MultiplyBlock implements StagedBlock {

  private final Workshop workshop;
  private final Feature src;
  private final Feature gate;
  private final List<Boolean> firstReader;
  private final Stage stage;
  private final Scratch scratch;
  private final RealSource codes;
  private final RealSource gateCodes;
  private final Numbers unit;
  private final Operation multiply;
  private @Nullable Backward backward;

  /**
   * The product of a feature and a gate, which is as large or has one value a channel.
   *
   * @param firstReader for each of them, whether this block is the first to write its gradient
   */
  MultiplyBlock(
      Workshop workshop,
      Feature src,
      Feature gate,
      List<Boolean> firstReader,
      Stage stage,
      Scratch scratch) {
    this.workshop = workshop;
    this.src = src;
    this.gate = gate;
    this.firstReader = List.copyOf(firstReader);
    this.stage = stage;
    this.scratch = scratch;
    this.codes = RealSource.centered(workshop, src, scratch.source);
    this.gateCodes = RealSource.centered(workshop, gate, scratch.secondSource);
    this.unit = new Numbers(workshop, 1);
    this.multiply =
        workshop.binary(
            "product",
            dnnl_binary_mul,
            codes.tensor,
            asGate(gateCodes.tensor),
            stage.values(),
            new Attributes(workshop).then(dnnl_binary_mul, unit.channels));
  }

  /** Values of a gate as {@code [N, C, 1, 1]} where they scale images. */
  private Tensor asGate(Tensor values) {
    if (isFull()) {
      return values;
    }
    long[] dimensions = {src.extent().batch(), src.extent().channels(), 1, 1};
    return workshop.tensor(workshop.layout(dimensions, dnnl_f32, dnnl_acdb), values.place());
  }

  private boolean isFull() {
    return gate.extent().equals(src.extent());
  }

  @Override
  public Stage stage() {
    return stage;
  }

  @Override
  public void prepareTraining() {
    if (backward == null) {
      stage.prepareTraining();
      backward = new Backward();
    }
  }

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    unit.set(src.realScale() * gate.realScale());
    codes.run();
    gateCodes.run();
    multiply.run();
    stage.forward(trains, result);
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(result);
    if (backward != null) {
      backward.run();
    }
  }

  /** {@code dsrc = ddst * gate}; {@code dgate = ddst * src}, summed over the image. */
  private final class Backward {

    private final @Nullable GradientSink srcSink = sink(src, firstReader.get(0));
    private final @Nullable GradientSink gateSink = sink(gate, firstReader.get(1));
    private final RealSource values = RealSource.scaled(workshop, src, scratch.source);
    private final RealSource factors = RealSource.scaled(workshop, gate, scratch.secondSource);
    private final @Nullable Operation ofSrc;
    private final @Nullable Operation ofGate;
    private final @Nullable ImageSums sums;

    Backward() {
      ofSrc = srcSink == null ? null : times(asGate(factors.tensor), srcSink.target);
      if (gateSink == null) {
        ofGate = null;
        sums = null;
      } else if (isFull()) {
        ofGate = times(values.tensor, gateSink.target);
        sums = null;
      } else {
        Tensor products = workshop.tensor(src.extent(), dnnl_f32, scratch.values);
        ofGate = times(values.tensor, products);
        sums = new ImageSums(workshop, src.extent(), products, gateSink.target.place());
      }
    }

    private @Nullable GradientSink sink(Feature of, boolean first) {
      return of.wantsGradient() ? new GradientSink(workshop, of, first, scratch.diffSource) : null;
    }

    private Operation times(Tensor by, Tensor to) {
      return workshop.binary(
          "gradient of a product",
          dnnl_binary_mul,
          stage.diffValues(),
          by,
          to,
          new Attributes(workshop));
    }

    void run() {
      if (ofSrc != null && srcSink != null) {
        factors.run();
        ofSrc.run();
        srcSink.done();
      }
      if (ofGate != null && gateSink != null) {
        values.run();
        ofGate.run();
        if (sums != null) {
          sums.run();
        }
        gateSink.done();
      }
    }
  }
}
