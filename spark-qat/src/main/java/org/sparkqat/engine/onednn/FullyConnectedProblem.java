package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_inner_product_backward_data_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_inner_product_backward_weights_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_inner_product_forward_primitive_desc_create;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.sparkqat.engine.FullyConnectedShape;

/** A fully connected layer, which oneDNN calls inner product. */
record FullyConnectedProblem(FullyConnectedShape shape) implements Problem {

  private static final dnnl_memory_desc NO_BIAS = new dnnl_memory_desc();

  @Override
  public long[] src() {
    return new long[] {shape.batch(), shape.inputs()};
  }

  @Override
  public long[] weights() {
    return new long[] {shape.outputs(), shape.inputs()};
  }

  @Override
  public long[] dst() {
    return new long[] {shape.batch(), shape.outputs()};
  }

  @Override
  public int forward(
      dnnl_primitive_desc created,
      dnnl_engine engine,
      dnnl_memory_desc src,
      dnnl_memory_desc weights,
      dnnl_memory_desc dst,
      dnnl_primitive_attr attributes) {
    return dnnl_inner_product_forward_primitive_desc_create(
        created, engine, dnnl_forward_training, src, weights, NO_BIAS, dst, attributes);
  }

  @Override
  public int backwardSrc(
      dnnl_primitive_desc created,
      dnnl_engine engine,
      dnnl_memory_desc diffSrc,
      dnnl_memory_desc weights,
      dnnl_memory_desc diffDst,
      dnnl_primitive_desc forward,
      dnnl_primitive_attr attributes) {
    return dnnl_inner_product_backward_data_primitive_desc_create(
        created, engine, diffSrc, weights, diffDst, forward, attributes);
  }

  @Override
  public int backwardWeights(
      dnnl_primitive_desc created,
      dnnl_engine engine,
      dnnl_memory_desc src,
      dnnl_memory_desc diffWeights,
      dnnl_memory_desc diffDst,
      dnnl_primitive_desc forward,
      dnnl_primitive_attr attributes) {
    return dnnl_inner_product_backward_weights_primitive_desc_create(
        created, engine, src, diffWeights, NO_BIAS, diffDst, forward, attributes);
  }
}
