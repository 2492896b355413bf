package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_dst_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_weights_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_src_md;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** The gradient of the weights of one linear map, from the src that forward holds. */
final class BackwardWeights {

  private final @Nullable Operation reorderSrc;
  private final Import importDiffDst;
  private final boolean sharesDiffDst;
  private final Operation compute;
  private final Export exportDiffWeights;

  BackwardWeights(Workshop workshop, Problem problem, Forward forward, BackwardSrc backwardSrc) {
    dnnl_primitive_desc descriptor =
        workshop.descriptor(
            "backward of weights",
            created ->
                problem.backwardWeights(
                    created,
                    workshop.context.engine,
                    workshop.anyLayout(problem.src()),
                    workshop.anyLayout(problem.weights()),
                    workshop.anyLayout(problem.dst()),
                    forward.descriptor,
                    workshop.context.attributes));
    dnnl_memory_desc srcLayout = workshop.layoutOf(descriptor, dnnl_query_src_md);
    boolean sharesSrc = forward.src.hasLayout(srcLayout);
    Tensor src = sharesSrc ? forward.src : workshop.tensor(srcLayout, workshop.context.input);
    reorderSrc = sharesSrc ? null : workshop.reorder("reorder of src", forward.src, src);
    Tensor diffDst = workshop.tensor(descriptor, dnnl_query_diff_dst_md, workshop.context.output);
    importDiffDst = workshop.importTo(diffDst, problem.dst());
    sharesDiffDst = backwardSrc.diffDst.hasLayout(diffDst.layout);
    Tensor diffWeights =
        workshop.tensor(descriptor, dnnl_query_diff_weights_md, workshop.context.gradient);
    compute =
        workshop.operation(
            "backward of weights",
            descriptor,
            Map.of(
                DNNL_ARG_SRC, src, DNNL_ARG_DIFF_DST, diffDst, DNNL_ARG_DIFF_WEIGHTS, diffWeights));
    exportDiffWeights = workshop.exportFrom(diffWeights, problem.weights());
  }

  /** Computes the gradient when the gradient of dst has not been brought in. */
  void run(float[] diffDst, float[] diffWeights) {
    importDiffDst.run(diffDst, 0);
    compute(diffWeights);
  }

  /** Computes the gradient after the gradient of src, whose copy of diffDst serves if it can. */
  void runAfterBackwardSrc(float[] diffDst, float[] diffWeights) {
    if (!sharesDiffDst) {
      importDiffDst.run(diffDst, 0);
    }
    compute(diffWeights);
  }

  private void compute(float[] diffWeights) {
    if (reorderSrc != null) {
      reorderSrc.run();
    }
    compute.run();
    exportDiffWeights.run(diffWeights);
  }
}
