package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_ab;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reduction_primitive_desc_create;

import java.util.Map;

/** The largest, the smallest or the sum of all values of a tensor, in whatever order. */
final class Reduction {

  private final Operation reduce;
  private final Tensor result;
  private final float[] read = new float[1];

  Reduction(Workshop workshop, int algorithm, int type, int size, Place place) {
    Tensor values = workshop.tensor(workshop.layout(new long[] {1, size}, type, dnnl_ab), place);
    this.result =
        workshop.tensor(workshop.layout(new long[] {1, 1}, dnnl_f32, dnnl_ab), workshop.ownPlace());
    this.reduce =
        size == 1
            ? workshop.reorder("copy", values, result)
            : reduction(workshop, algorithm, values, result);
  }

  private static Operation reduction(
      Workshop workshop, int algorithm, Tensor values, Tensor result) {
    return workshop.operation(
        "reduction",
        workshop.descriptor(
            "reduction",
            created ->
                dnnl_reduction_primitive_desc_create(
                    created,
                    workshop.context.engine,
                    algorithm,
                    values.layout,
                    result.layout,
                    0f,
                    0f,
                    workshop.context.attributes)),
        Map.of(DNNL_ARG_SRC, values, DNNL_ARG_DST, result));
  }

  float run() {
    reduce.run();
    result.get(read, 1);
    return read[0];
  }
}
