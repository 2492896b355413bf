package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_dst_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_src_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** The forward pass of one linear map; keeps src and the weights in oneDNN's layouts. */
final class Forward {

  final dnnl_primitive_desc descriptor;
  final Tensor src;
  final Tensor weights;
  private final Import importSrc;
  private final Import importWeights;
  private final Operation compute;
  private final Export exportDst;

  Forward(Workshop workshop, Problem problem) {
    descriptor =
        workshop.descriptor(
            "forward",
            created ->
                problem.forward(
                    created,
                    workshop.context.engine,
                    workshop.anyLayout(problem.src()),
                    workshop.anyLayout(problem.weights()),
                    workshop.anyLayout(problem.dst()),
                    workshop.context.attributes));
    src = workshop.tensor(descriptor, dnnl_query_src_md, workshop.ownPlace());
    weights = workshop.tensor(descriptor, dnnl_query_weights_md, workshop.ownPlace());
    Tensor dst = workshop.tensor(descriptor, dnnl_query_dst_md, workshop.context.output);
    importSrc = workshop.importTo(src, problem.src());
    importWeights = workshop.importTo(weights, problem.weights());
    compute =
        workshop.operation(
            "forward",
            descriptor,
            Map.of(DNNL_ARG_SRC, src, DNNL_ARG_WEIGHTS, weights, DNNL_ARG_DST, dst));
    exportDst = workshop.exportFrom(dst, problem.dst());
  }

  void weights(float[] values, int offset) {
    importWeights.run(values, offset);
  }

  void run(float[] src, float[] dst) {
    importSrc.run(src, 0);
    compute.run();
    exportDst.run(dst);
  }
}
