package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_dst_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_src_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** The gradient of src of one linear map, from the weights that forward holds. */
final class BackwardSrc {

  final Tensor diffDst;
  private final Import importDiffDst;
  private final @Nullable Operation reorderWeights;
  private final Operation compute;
  private final Export exportDiffSrc;

  BackwardSrc(Workshop workshop, Problem problem, Forward forward) {
    dnnl_primitive_desc descriptor =
        workshop.descriptor(
            "backward of src",
            created ->
                problem.backwardSrc(
                    created,
                    workshop.context.engine,
                    workshop.anyLayout(problem.src()),
                    workshop.anyLayout(problem.weights()),
                    workshop.anyLayout(problem.dst()),
                    forward.descriptor,
                    workshop.context.attributes));
    diffDst = workshop.tensor(descriptor, dnnl_query_diff_dst_md, workshop.context.output);
    importDiffDst = workshop.importTo(diffDst, problem.dst());
    dnnl_memory_desc layout = workshop.layoutOf(descriptor, dnnl_query_weights_md);
    boolean shared = forward.weights.hasLayout(layout);
    Tensor weights = shared ? forward.weights : workshop.tensor(layout, workshop.ownPlace());
    reorderWeights =
        shared ? null : workshop.reorder("reorder of weights", forward.weights, weights);
    Tensor diffSrc = workshop.tensor(descriptor, dnnl_query_diff_src_md, workshop.context.gradient);
    compute =
        workshop.operation(
            "backward of src",
            descriptor,
            Map.of(
                DNNL_ARG_DIFF_DST, diffDst, DNNL_ARG_WEIGHTS, weights, DNNL_ARG_DIFF_SRC, diffSrc));
    exportDiffSrc = workshop.exportFrom(diffSrc, problem.src());
  }

  /** Takes over the weights that forward has received. */
  void weightsChanged() {
    if (reorderWeights != null) {
      reorderWeights.run();
    }
  }

  /** Leaves the gradient of dst in {@link #diffDst}. */
  void run(float[] diffDst, float[] diffSrc) {
    importDiffDst.run(diffDst, 0);
    compute.run();
    exportDiffSrc.run(diffSrc);
  }
}
