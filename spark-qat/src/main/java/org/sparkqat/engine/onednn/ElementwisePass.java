package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_hardsigmoid;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_hardswish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;
import org.sparkqat.network.ActivationFunction;

/** An activation function of real numbers, by oneDNN. */
final class ElementwisePass implements FunctionBlock.Pass {

  private final Workshop workshop;
  private final ActivationFunction function;
  private final Tensor src;
  private final dnnl_primitive_desc descriptor;
  private final Operation forward;
  private @Nullable Operation backward;

  ElementwisePass(Workshop workshop, ActivationFunction function, Tensor src, Tensor dst) {
    this.workshop = workshop;
    this.function = function;
    this.src = src;
    this.descriptor =
        workshop.descriptor(
            "activation function",
            created ->
                dnnl_eltwise_forward_primitive_desc_create(
                    created,
                    workshop.context.engine,
                    dnnl_forward_training,
                    algorithm(),
                    src.layout,
                    dst.layout,
                    alpha(),
                    beta(),
                    workshop.context.attributes));
    this.forward =
        workshop.operation(
            "activation function", descriptor, Map.of(DNNL_ARG_SRC, src, DNNL_ARG_DST, dst));
  }

  private int algorithm() {
    return switch (function) {
      case SIGMOID -> dnnl_eltwise_logistic;
      case TANH -> dnnl_eltwise_tanh;
      case HARD_SIGMOID -> dnnl_eltwise_hardsigmoid;
      case HARD_SWISH -> dnnl_eltwise_hardswish;
      case SILU -> dnnl_eltwise_swish;
    };
  }

  /** The slope of the hard functions' middle part; the factor of x within swish. */
  private float alpha() {
    return switch (function) {
      case SIGMOID, TANH -> 0f;
      case HARD_SIGMOID, HARD_SWISH -> 1 / 6f;
      case SILU -> 1f;
    };
  }

  private float beta() {
    return switch (function) {
      case SIGMOID, TANH, SILU -> 0f;
      case HARD_SIGMOID, HARD_SWISH -> 0.5f;
    };
  }

  @Override
  public void prepareTraining(Tensor diffDst, Tensor diffSrc) {
    dnnl_primitive_desc gradient =
        workshop.descriptor(
            "gradient of the activation function",
            created ->
                dnnl_eltwise_backward_primitive_desc_create(
                    created,
                    workshop.context.engine,
                    algorithm(),
                    diffSrc.layout,
                    diffDst.layout,
                    src.layout,
                    alpha(),
                    beta(),
                    descriptor,
                    workshop.context.attributes));
    backward =
        workshop.operation(
            "gradient of the activation function",
            gradient,
            Map.of(DNNL_ARG_SRC, src, DNNL_ARG_DIFF_DST, diffDst, DNNL_ARG_DIFF_SRC, diffSrc));
  }

  @Override
  public void forward() {
    forward.run();
  }

  @Override
  public void backward() {
    if (backward != null) {
      backward.run();
    }
  }
}
