package org.sparkqat.engine.onednn;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.sparkqat.engine.LinearShape;

/** A linear map as oneDNN sees it: dimensions, and the descriptors of its three primitives. */
interface Problem {

  LinearShape shape();

  /** Dimensions of src. */
  long[] src();

  /** Dimensions of the weights, with a leading one for groups where there are any. */
  long[] weights();

  /** Dimensions of dst. */
  long[] dst();

  /** Creates the descriptor of forward and returns oneDNN's status. */
  int forward(
      dnnl_primitive_desc created,
      dnnl_engine engine,
      dnnl_memory_desc src,
      dnnl_memory_desc weights,
      dnnl_memory_desc dst,
      dnnl_primitive_attr attributes);

  /** Creates the descriptor of the gradient of src and returns oneDNN's status. */
  int backwardSrc(
      dnnl_primitive_desc created,
      dnnl_engine engine,
      dnnl_memory_desc diffSrc,
      dnnl_memory_desc weights,
      dnnl_memory_desc diffDst,
      dnnl_primitive_desc forward,
      dnnl_primitive_attr attributes);

  /** Creates the descriptor of the gradient of the weights and returns oneDNN's status. */
  int backwardWeights(
      dnnl_primitive_desc created,
      dnnl_engine engine,
      dnnl_memory_desc src,
      dnnl_memory_desc diffWeights,
      dnnl_memory_desc diffDst,
      dnnl_primitive_desc forward,
      dnnl_primitive_attr attributes);
}
