package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_weights_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.GradientPrecision;

/** The gradients of a weighted block's input, weights and bias, in real numbers. */
final class LinearBackward {

  private final Workshop workshop;
  private final ConvolutionProblem problem;
  private final int type;
  private final RealSource src;
  private final @Nullable Operation narrow;
  private final Operation computeWeights;
  private final Export exportWeights;
  private final Numbers diffBiases;
  private final @Nullable GradientSink sink;
  private @Nullable Import weights;
  private @Nullable Operation computeSrc;

  /**
   * The backward pass of a block.
   *
   * @param wideDiffDst the gradient of what {@link Linear} puts out
   * @param sink where the gradient of the input goes, null if it is not wanted
   */
  LinearBackward(
      Workshop workshop,
      ConvolutionProblem problem,
      Feature feature,
      Tensor wideDiffDst,
      @Nullable GradientSink sink,
      Scratch scratch,
      GradientPrecision precision) {
    this.workshop = workshop;
    this.problem = problem;
    boolean narrows = precision == GradientPrecision.BFLOAT16 && feature.inBytes();
    this.type = narrows ? dnnl_bf16 : dnnl_f32;
    this.src =
        narrows
            ? RealSource.narrow(workshop, feature, scratch.source)
            : RealSource.scaled(workshop, feature, scratch.source);
    Tensor diffDst =
        narrows
            ? workshop.tensor(Extent.ofDimensions(problem.dst()), type, scratch.narrowDiff)
            : wideDiffDst;
    this.narrow = narrows ? workshop.reorder("fewer bits", wideDiffDst, diffDst) : null;
    this.sink = sink;
    this.diffBiases = new Numbers(workshop, problem.shape().outputs());
    dnnl_memory_desc any = workshop.layout(problem.weights(), type, dnnl_format_tag_any);
    dnnl_memory_desc anyDiff = workshop.anyLayout(problem.weights());
    dnnl_primitive_desc forward = forward(any, diffDst);
    dnnl_primitive_desc descriptor =
        workshop.descriptor(
            "gradient of weights",
            created ->
                problem.backwardWeights(
                    created,
                    workshop.context.engine,
                    src.tensor.layout,
                    anyDiff,
                    diffBiases.list.layout,
                    diffDst.layout,
                    forward,
                    workshop.context.attributes));
    Tensor diffWeights =
        workshop.tensor(descriptor, dnnl_query_diff_weights_md, scratch.diffWeights);
    Map<Integer, Tensor> tensors = new TreeMap<>();
    tensors.put(DNNL_ARG_SRC, src.tensor);
    tensors.put(DNNL_ARG_DIFF_DST, diffDst);
    tensors.put(DNNL_ARG_DIFF_WEIGHTS, diffWeights);
    tensors.put(DNNL_ARG_DIFF_BIAS, diffBiases.list);
    this.computeWeights = workshop.operation("gradient of weights", descriptor, tensors);
    this.exportWeights =
        narrows
            ? workshop.exportFrom(
                diffWeights, problem.weights(), feature.quantizer().orElseThrow().scale)
            : workshop.exportFrom(diffWeights, problem.weights());
    if (sink != null) {
      ofSource(any, diffDst, sink.target, forward);
    }
  }

  private dnnl_primitive_desc forward(dnnl_memory_desc weights, Tensor diffDst) {
    return workshop.descriptor(
        "forward",
        created ->
            problem.forward(
                created,
                workshop.context.engine,
                src.tensor.layout,
                weights,
                diffBiases.list.layout,
                diffDst.layout,
                workshop.context.attributes));
  }

  private void ofSource(
      dnnl_memory_desc any, Tensor diffDst, Tensor diffSrc, dnnl_primitive_desc forward) {
    dnnl_primitive_desc descriptor =
        workshop.descriptor(
            "gradient of the input",
            created ->
                problem.backwardSrc(
                    created,
                    workshop.context.engine,
                    diffSrc.layout,
                    any,
                    diffDst.layout,
                    forward,
                    workshop.context.attributes));
    Tensor laidOut = workshop.tensor(descriptor, dnnl_query_weights_md, workshop.ownPlace());
    weights = workshop.importTo(laidOut, problem.weights());
    computeSrc =
        workshop.operation(
            "gradient of the input",
            descriptor,
            Map.of(
                DNNL_ARG_DIFF_DST, diffDst, DNNL_ARG_WEIGHTS, laidOut, DNNL_ARG_DIFF_SRC, diffSrc));
  }

  /** True when {@link #load} is of use. */
  boolean wantsWeights() {
    return weights != null;
  }

  /** Takes the real weights {@code [O, K]} that forward multiplied by. */
  void load(float[] realWeights) {
    if (weights != null) {
      weights.run(realWeights, 0);
    }
  }

  /**
   * Computes all gradients.
   *
   * @param diffWeights receives the gradient of the real weights
   * @param diffBias receives the gradient of the real bias
   */
  void run(float[] diffWeights, float[] diffBias) {
    src.run();
    if (narrow != null) {
      narrow.run();
    }
    computeWeights.run();
    exportWeights.run(diffWeights);
    diffBiases.read(diffBias);
    if (computeSrc != null && sink != null) {
      computeSrc.run();
      sink.done();
    }
  }
}
