package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_u8;

import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.quantization.Ranges;

/**
 * While training, zeroes each element with probability {@code rate} and scales the others by {@code
 * 1 / (1 - rate)}; otherwise the identity.
 *
 * <p>Codes stay codes: a zeroed one becomes the zero point, and the others keep their bits, since
 * the factor goes to the real width of a code. So who reads them computes with integers, too.
 */
final class DropoutBlock implements CompiledBlock {

  private final Workshop workshop;
  private final int block;
  private final float rate;
  private final int microBatch;
  private final Feature src;
  private final Feature dst;
  private final Supplier<DropoutKey> key;
  private final Scratch scratch;
  private final boolean firstReader;
  private final Operation copy;
  private final float kept;
  private @Nullable Training training;

  /**
   * The dropout of a feature.
   *
   * @param block its index, one of the counters of the draws
   * @param dst if it is codes, with a quantizer that can be amplified
   * @param key the other counters, for the micro-batch at hand
   */
  DropoutBlock(
      Workshop workshop,
      int block,
      float rate,
      int microBatch,
      Feature src,
      Feature dst,
      Supplier<DropoutKey> key,
      Scratch scratch,
      boolean firstReader) {
    this.workshop = workshop;
    this.block = block;
    this.rate = rate;
    this.microBatch = microBatch;
    this.src = src;
    this.dst = dst;
    this.key = key;
    this.scratch = scratch;
    this.firstReader = firstReader;
    this.kept = 1f / (1f - rate);
    this.copy = workshop.reorder("copy of values", src.data(workshop), dst.data(workshop));
  }

  @Override
  public Feature output() {
    return dst;
  }

  @Override
  public void prepareTraining() {
    if (training == null) {
      training = new Training();
    }
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    dst.quantizer().ifPresent(by -> by.load(ranges));
  }

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    dst.quantizer().ifPresent(by -> by.amplify(gain() * (trains ? kept : 1f)));
    if (trains && training != null) {
      training.forward();
    } else {
      copy.run();
    }
  }

  private float gain() {
    return src.quantizer().map(Quantizer::gainInForce).orElse(1f);
  }

  @Override
  public long keptForBackwardBytes() {
    return dst.bytes() + dst.extent().size();
  }

  @Override
  public void backward(MicroBatchResult result) {
    if (training != null) {
      training.backward();
    }
  }

  /** What only training needs. */
  private final class Training {

    private final Tensor mask = workshop.tensor(dst.extent(), dnnl_u8, workshop.ownPlace());
    private final byte[] drawn = new byte[dst.extent().size() / microBatch];
    private final byte[] codes = new byte[drawn.length];
    private final Numbers factor = new Numbers(workshop, 1);
    private final @Nullable Operation multiply;
    private final @Nullable GradientSink sink;
    private final @Nullable Operation gradient;

    Training() {
      factor.set(kept);
      Attributes plain = new Attributes(workshop);
      multiply =
          dst.inBytes()
              ? null
              : masked(
                  src.data(workshop), dst.data(workshop), dst.isCodes() ? plain : amplifying());
      sink =
          src.wantsGradient()
              ? new GradientSink(workshop, src, firstReader, scratch.diffSource)
              : null;
      gradient = sink == null ? null : masked(dst.diff(workshop), sink.target, amplifying());
    }

    private Attributes amplifying() {
      return new Attributes(workshop).then(dnnl_binary_mul, factor.channels);
    }

    private Operation masked(Tensor from, Tensor to, Attributes attributes) {
      return workshop.binary("dropout", dnnl_binary_mul, from, mask, to, attributes);
    }

    void forward() {
      DropoutKey at = key.get();
      BytePointer masks = new BytePointer(mask.place().start());
      for (int n = 0; n < microBatch; n++) {
        draw(at, n * drawn.length);
        masks.position((long) n * drawn.length).put(drawn, 0, drawn.length);
        if (multiply == null) {
          drop((long) n * drawn.length);
        }
      }
      if (multiply != null) {
        multiply.run();
      }
    }

    /** The draws of one example, whose elements are counted channels first. */
    private void draw(DropoutKey at, int first) {
      int channels = Math.toIntExact(dst.extent().channels());
      int spatial = drawn.length / channels;
      for (int s = 0; s < spatial; s++) {
        for (int c = 0; c < channels; c++) {
          drawn[s * channels + c] = (byte) (at.draw(block, first + c * spatial + s) < rate ? 0 : 1);
        }
      }
    }

    private void drop(long first) {
      new BytePointer(src.data().start()).position(first).get(codes, 0, codes.length);
      byte zero = (byte) dst.quantizer().orElseThrow().zeroPoint();
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) (zero + drawn[i] * (codes[i] - zero));
      }
      new BytePointer(dst.data().start()).position(first).put(codes, 0, codes.length);
    }

    void backward() {
      if (gradient != null && sink != null) {
        gradient.run();
        sink.done();
      }
    }
  }
}
