package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_data_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_weights_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.sparkqat.engine.ConvolutionShape;

/** A convolution by the direct algorithm, which sums products as they are. */
record ConvolutionProblem(ConvolutionShape shape) implements Problem {

  static final dnnl_memory_desc NO_BIAS = new dnnl_memory_desc();

  @Override
  public long[] src() {
    return new long[] {shape.batch(), shape.channels(), shape.height(), shape.width()};
  }

  @Override
  public long[] weights() {
    return shape.groups() == 1
        ? new long[] {shape.outputs(), shape.channels(), shape.kernelHeight(), shape.kernelWidth()}
        : new long[] {
          shape.groups(),
          shape.groupOutputs(),
          shape.groupChannels(),
          shape.kernelHeight(),
          shape.kernelWidth()
        };
  }

  @Override
  public long[] dst() {
    return new long[] {shape.batch(), shape.outputs(), shape.outputHeight(), shape.outputWidth()};
  }

  @Override
  public int forward(
      dnnl_primitive_desc created,
      dnnl_engine engine,
      dnnl_memory_desc src,
      dnnl_memory_desc weights,
      dnnl_memory_desc dst,
      dnnl_primitive_attr attributes) {
    return forward(created, engine, src, weights, NO_BIAS, dst, attributes);
  }

  /** As above, with a bias for each output channel. */
  int forward(
      dnnl_primitive_desc created,
      dnnl_engine engine,
      dnnl_memory_desc src,
      dnnl_memory_desc weights,
      dnnl_memory_desc bias,
      dnnl_memory_desc dst,
      dnnl_primitive_attr attributes) {
    return dnnl_convolution_forward_primitive_desc_create(
        created,
        engine,
        dnnl_forward_training,
        dnnl_convolution_direct,
        src,
        weights,
        bias,
        dst,
        strides(),
        noDilation(),
        padding(),
        padding(),
        attributes);
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
    return dnnl_convolution_backward_data_primitive_desc_create(
        created,
        engine,
        dnnl_convolution_direct,
        diffSrc,
        weights,
        diffDst,
        strides(),
        noDilation(),
        padding(),
        padding(),
        forward,
        attributes);
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
    return backwardWeights(
        created, engine, src, diffWeights, NO_BIAS, diffDst, forward, attributes);
  }

  /** As above, with the gradient of the bias. */
  int backwardWeights(
      dnnl_primitive_desc created,
      dnnl_engine engine,
      dnnl_memory_desc src,
      dnnl_memory_desc diffWeights,
      dnnl_memory_desc diffBias,
      dnnl_memory_desc diffDst,
      dnnl_primitive_desc forward,
      dnnl_primitive_attr attributes) {
    return dnnl_convolution_backward_weights_primitive_desc_create(
        created,
        engine,
        dnnl_convolution_direct,
        src,
        diffWeights,
        diffBias,
        diffDst,
        strides(),
        noDilation(),
        padding(),
        padding(),
        forward,
        attributes);
  }

  private long[] strides() {
    return new long[] {shape.strideHeight(), shape.strideWidth()};
  }

  /** oneDNN counts the gaps between kernel elements. */
  private static long[] noDilation() {
    return new long[] {0, 0};
  }

  private long[] padding() {
    return new long[] {shape.paddingHeight(), shape.paddingWidth()};
  }

  /** A fully connected layer as a convolution of 1x1 with all examples in one image. */
  static ConvolutionProblem fullyConnected(int batch, int inputs, int outputs) {
    return new ConvolutionProblem(
        new ConvolutionShape(1, inputs, batch, 1, outputs, 1, 1, 1, 1, 0, 0, 1));
  }

  /** The dimensions of the weights that tell output channels apart, as a set of bits. */
  int outputMask() {
    return shape.groups() == 1 ? 1 : 1 | 1 << 1;
  }
}
