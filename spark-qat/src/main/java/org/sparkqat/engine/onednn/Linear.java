package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s8;

import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Forward of a weighted block, up to real numbers: {@code dst = unit[o] * sum (q_x - z_x) * q_w +
 * bias[o]} with 8-bit codes and sums of 32 bits.
 */
final class Linear implements LinearMap {

  private final Operation compute;
  private final Import weights;
  private final Numbers units;
  private final @Nullable Numbers biases;

  Linear(Workshop workshop, ConvolutionProblem problem, Feature src, Tensor dst, boolean biased) {
    Attributes attributes = new Attributes(workshop);
    int outputs = problem.shape().outputs();
    this.biases = biased ? new Numbers(workshop, outputs) : null;
    this.units = new Numbers(workshop, outputs);
    attributes.scale(DNNL_ARG_WEIGHTS, problem.outputMask(), units);
    src.gain().ifPresent(gain -> attributes.scale(DNNL_ARG_SRC, 0, gain));
    shift(attributes, src);
    Tensor codes = src.data(workshop);
    dnnl_primitive_desc descriptor =
        descriptor(
            workshop,
            problem,
            codes,
            dnnl_s8,
            biases == null ? null : biases.list,
            dst,
            attributes);
    Tensor laidOut = workshop.tensor(descriptor, dnnl_query_weights_md, workshop.ownPlace());
    this.weights = workshop.importTo(laidOut, problem.weights());
    Map<Integer, Tensor> tensors = new TreeMap<>();
    tensors.put(DNNL_ARG_SRC, codes);
    tensors.put(DNNL_ARG_WEIGHTS, laidOut);
    tensors.put(DNNL_ARG_DST, dst);
    if (biases != null) {
      tensors.put(DNNL_ARG_BIAS, biases.list);
    }
    this.compute = workshop.operation("forward", descriptor, attributes, tensors);
  }

  /** Subtracts the zero point of the codes where there can be one. */
  static void shift(Attributes attributes, Feature src) {
    src.quantizer()
        .filter(Quantizer::shifts)
        .ifPresent(by -> attributes.zeroPoint(DNNL_ARG_SRC, by.zeroPoint));
  }

  /**
   * The descriptor of a forward pass.
   *
   * @param type of the weights
   * @param bias null: there is none
   */
  static dnnl_primitive_desc descriptor(
      Workshop workshop,
      ConvolutionProblem problem,
      Tensor src,
      int type,
      @Nullable Tensor bias,
      Tensor dst,
      Attributes attributes) {
    dnnl_memory_desc weights = workshop.layout(problem.weights(), type, dnnl_format_tag_any);
    return workshop.descriptor(
        "forward",
        created ->
            problem.forward(
                created,
                workshop.context.engine,
                src.layout,
                weights,
                bias == null ? ConvolutionProblem.NO_BIAS : bias.layout,
                dst.layout,
                attributes.finish()));
  }

  @Override
  public void load(float[] newWeights, float[] newUnits, float[] newBiases) {
    weights.run(newWeights, 0);
    units.set(newUnits);
    if (biases != null) {
      biases.set(newBiases);
    }
  }

  @Override
  public void run() {
    compute.run();
  }
}
