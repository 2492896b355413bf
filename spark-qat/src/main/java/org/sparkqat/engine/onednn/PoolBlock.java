package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WORKSPACE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_exclude_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_workspace_md;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.Ranges;

/**
 * Maximum or mean over a window. The codes of a maximum are those of the input, and the first
 * maximum of a window receives its gradient. A mean is over the elements that lie inside the image,
 * of codes, so that the sum is exact.
 */
final class PoolBlock implements CompiledBlock {

  private final Workshop workshop;
  private final int algorithm;
  private final Window window;
  private final Feature src;
  private final Feature dst;
  private final Optional<Stage> stage;
  private final Scratch scratch;
  private final boolean firstReader;
  private final RealSource source;
  private final Tensor pooled;
  private final dnnl_primitive_desc descriptor;
  private final @Nullable Tensor workspace;
  private final Operation forward;
  private final @Nullable Operation finish;
  private @Nullable Operation backward;
  private @Nullable GradientSink sink;

  private PoolBlock(
      Workshop workshop,
      int algorithm,
      Window window,
      Feature src,
      Feature dst,
      Optional<Stage> stage,
      Scratch scratch,
      boolean firstReader) {
    this.workshop = workshop;
    this.algorithm = algorithm;
    this.window = window;
    this.src = src;
    this.dst = dst;
    this.stage = stage;
    this.scratch = scratch;
    this.firstReader = firstReader;
    if (src.isCodes()) {
      stage.ifPresent(Stage::neverNan);
    }
    this.source = RealSource.centered(workshop, src, scratch.source);
    this.pooled =
        stage
            .map(Stage::values)
            .orElseGet(
                () ->
                    workshop.tensor(
                        dst.extent(), dnnl_f32, dst.inBytes() ? scratch.values : dst.data()));
    this.descriptor = descriptor();
    this.workspace = workspace();
    this.forward = workshop.operation("pooling", descriptor, arguments());
    this.finish = finish();
  }

  static PoolBlock max(
      Workshop workshop,
      Window window,
      Feature src,
      Feature dst,
      Scratch scratch,
      boolean firstReader) {
    return new PoolBlock(
        workshop, dnnl_pooling_max, window, src, dst, Optional.empty(), scratch, firstReader);
  }

  static PoolBlock mean(
      Workshop workshop,
      Window window,
      Feature src,
      Stage stage,
      Scratch scratch,
      boolean firstReader) {
    return new PoolBlock(
        workshop,
        dnnl_pooling_avg_exclude_padding,
        window,
        src,
        stage.output(),
        Optional.of(stage),
        scratch,
        firstReader);
  }

  private dnnl_primitive_desc descriptor() {
    return workshop.descriptor(
        "pooling",
        created ->
            dnnl_pooling_forward_primitive_desc_create(
                created,
                workshop.context.engine,
                dnnl_forward_training,
                algorithm,
                source.tensor.layout,
                pooled.layout,
                strides(),
                kernel(),
                new long[] {0, 0},
                padding(),
                paddingAfter(),
                workshop.context.attributes));
  }

  private long[] strides() {
    return new long[] {window.strideHeight(), window.strideWidth()};
  }

  private long[] kernel() {
    return new long[] {window.kernelHeight(), window.kernelWidth()};
  }

  private long[] padding() {
    return new long[] {window.paddingHeight(), window.paddingWidth()};
  }

  /** What the last window reaches beyond the image, which may be less than the padding. */
  private long[] paddingAfter() {
    Extent in = src.extent();
    Extent out = dst.extent();
    return new long[] {
      (out.height() - 1) * window.strideHeight()
          + window.kernelHeight()
          - window.paddingHeight()
          - in.height(),
      (out.width() - 1) * window.strideWidth()
          + window.kernelWidth()
          - window.paddingWidth()
          - in.width()
    };
  }

  private @Nullable Tensor workspace() {
    dnnl_memory_desc layout = workshop.layoutOf(descriptor, dnnl_query_workspace_md);
    return dnnl_memory_desc_get_size(layout) > 0
        ? workshop.tensor(layout, workshop.ownPlace())
        : null;
  }

  private Map<Integer, Tensor> arguments() {
    Map<Integer, Tensor> arguments = new TreeMap<>();
    arguments.put(DNNL_ARG_SRC, source.tensor);
    arguments.put(DNNL_ARG_DST, pooled);
    if (workspace != null) {
      arguments.put(DNNL_ARG_WORKSPACE, workspace);
    }
    return arguments;
  }

  /** Maxima of codes become codes again; means of codes become real numbers. */
  private @Nullable Operation finish() {
    if (!src.isCodes()) {
      return null;
    }
    Quantizer by = src.quantizer().orElseThrow();
    if (stage.isPresent()) {
      Tensor values = stage.get().flatValues();
      return workshop.binary(
          "scale of means",
          dnnl_binary_mul,
          values,
          by.scale.row,
          values,
          new Attributes(workshop));
    }
    if (!by.inBytes()) {
      return null;
    }
    Attributes attributes = new Attributes(workshop);
    if (by.shifts()) {
      attributes.zeroPoint(DNNL_ARG_TO, by.zeroPoint);
    }
    return workshop.reorder("codes of maxima", pooled, dst.data(workshop), attributes);
  }

  @Override
  public Feature output() {
    return dst;
  }

  @Override
  public void prepareTraining() {
    stage.ifPresent(Stage::prepareTraining);
    if (backward != null || !src.wantsGradient()) {
      return;
    }
    GradientSink into = new GradientSink(workshop, src, firstReader, scratch.diffSource);
    Tensor diff = stage.map(Stage::diffValues).orElseGet(() -> dst.diff(workshop));
    dnnl_primitive_desc gradient =
        workshop.descriptor(
            "gradient of pooling",
            created ->
                dnnl_pooling_backward_primitive_desc_create(
                    created,
                    workshop.context.engine,
                    algorithm,
                    into.target.layout,
                    diff.layout,
                    strides(),
                    kernel(),
                    new long[] {0, 0},
                    padding(),
                    paddingAfter(),
                    descriptor,
                    workshop.context.attributes));
    Map<Integer, Tensor> arguments = new TreeMap<>();
    arguments.put(DNNL_ARG_DIFF_DST, diff);
    arguments.put(DNNL_ARG_DIFF_SRC, into.target);
    if (workspace != null) {
      arguments.put(DNNL_ARG_WORKSPACE, workspace);
    }
    backward = workshop.operation("gradient of pooling", gradient, arguments);
    sink = into;
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    stage.ifPresent(s -> s.load(ranges));
  }

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    source.run();
    forward.run();
    if (finish != null) {
      finish.run();
    }
    stage.ifPresent(s -> s.forward(trains, src.isBounded(), result));
  }

  @Override
  public long keptForBackwardBytes() {
    return stage.map(Stage::keptForBackwardBytes).orElse(dst.bytes())
        + (workspace == null ? 0 : workspace.bytes());
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.ifPresent(s -> s.backward(result));
    if (backward != null && sink != null) {
      backward.run();
      sink.done();
    }
  }
}
