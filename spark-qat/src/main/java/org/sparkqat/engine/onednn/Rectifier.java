package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_clip_v2_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu_use_dst_for_bwd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;
import org.sparkqat.network.Activation;

/** ReLU or ReLU6 of real values in their place; backward needs no more than what is left there. */
final class Rectifier {

  private static final float SIX = 6f;

  private final Workshop workshop;
  private final Tensor values;
  private final int function;
  private final float limit;
  private final dnnl_primitive_desc descriptor;
  private final Operation forward;
  private @Nullable Operation backward;

  Rectifier(Workshop workshop, Activation activation, Tensor values) {
    this.workshop = workshop;
    this.values = values;
    boolean limited = activation == Activation.RELU6;
    this.function =
        limited ? dnnl_eltwise_clip_v2_use_dst_for_bwd : dnnl_eltwise_relu_use_dst_for_bwd;
    this.limit = limited ? SIX : 0f;
    this.descriptor =
        workshop.descriptor(
            "activation",
            created ->
                dnnl_eltwise_forward_primitive_desc_create(
                    created,
                    workshop.context.engine,
                    dnnl_forward_training,
                    function,
                    values.layout,
                    values.layout,
                    0f,
                    limit,
                    workshop.context.attributes));
    this.forward =
        workshop.operation(
            "activation", descriptor, Map.of(DNNL_ARG_SRC, values, DNNL_ARG_DST, values));
  }

  void forward() {
    forward.run();
  }

  /** Makes what backward needs; later calls do nothing. */
  void prepareTraining(Tensor diff) {
    if (backward == null) {
      dnnl_primitive_desc gradient =
          workshop.descriptor(
              "gradient of the activation",
              created ->
                  dnnl_eltwise_backward_primitive_desc_create(
                      created,
                      workshop.context.engine,
                      function,
                      diff.layout,
                      diff.layout,
                      values.layout,
                      0f,
                      limit,
                      descriptor,
                      workshop.context.attributes));
      backward =
          workshop.operation(
              "gradient of the activation",
              gradient,
              Map.of(DNNL_ARG_DST, values, DNNL_ARG_DIFF_DST, diff, DNNL_ARG_DIFF_SRC, diff));
    }
  }

  /** Turns the gradient of the activation into that of the values, in its place. */
  void backward() {
    if (backward != null) {
      backward.run();
    }
  }
}
