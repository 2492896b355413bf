package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Sums of products of codes, less their zero points, in binary32: exact below 2^24, and with
 * weights of more than 8 bits, as asymmetric ones are. Slower than 8-bit products.
 */
final class ExactSums {

  private final RealSource src;
  private final Import weights;
  private final Operation compute;

  /**
   * Sums written to dst after the attributes' operations.
   *
   * @param place where the codes become real numbers
   */
  ExactSums(
      Workshop workshop,
      ConvolutionProblem problem,
      Feature src,
      Tensor dst,
      Attributes attributes,
      Place place) {
    this.src = RealSource.centered(workshop, src, place);
    dnnl_memory_desc any = workshop.layout(problem.weights(), dnnl_f32, dnnl_format_tag_any);
    dnnl_primitive_desc descriptor =
        workshop.descriptor(
            "forward",
            created ->
                problem.forward(
                    created,
                    workshop.context.engine,
                    this.src.tensor.layout,
                    any,
                    dst.layout,
                    attributes.finish()));
    Tensor laidOut = workshop.tensor(descriptor, dnnl_query_weights_md, workshop.ownPlace());
    this.weights = workshop.importTo(laidOut, problem.weights());
    this.compute =
        workshop.operation(
            "forward",
            descriptor,
            attributes,
            Map.of(DNNL_ARG_SRC, this.src.tensor, DNNL_ARG_WEIGHTS, laidOut, DNNL_ARG_DST, dst));
  }

  void load(float[] values) {
    weights.run(values, 0);
  }

  void run() {
    src.run();
    compute.run();
  }
}
