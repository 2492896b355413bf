package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_s8;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Forward of a weighted block as the exported model computes it, in one operation: {@code
 * clamp(roundHalfEven((acc + bias_q[o]) * M[o])) + z}, {@code M = s_x * s_w[o] / s_out}, the
 * activation being a limit of the codes; or real numbers {@code (acc + bias_q[o]) * s_x * s_w[o]}
 * at the network's output.
 */
final class Serving implements LinearMap {

  private final Feature dst;
  private final Operation compute;
  private final Import weights;
  private final Numbers biases;
  private final Numbers multipliers;
  private final float[] ratios;

  Serving(Workshop workshop, ConvolutionProblem problem, Feature src, Feature dst) {
    this(workshop, problem, src, dst, null);
  }

  /**
   * The forward pass of a block.
   *
   * @param sum the residual sum to go on with, whose codes are put out then; null: there is none
   */
  Serving(
      Workshop workshop,
      ConvolutionProblem problem,
      Feature src,
      Feature dst,
      @Nullable FusedSum sum) {
    this.dst = dst;
    int outputs = problem.shape().outputs();
    this.biases = new Numbers(workshop, outputs);
    this.multipliers = new Numbers(workshop, outputs);
    this.ratios = new float[outputs];
    Attributes attributes = new Attributes(workshop);
    Linear.shift(attributes, src);
    attributes.then(dnnl_binary_mul, multipliers.channels);
    if (sum != null) {
      sum.append(workshop, attributes);
    }
    Feature written = sum == null ? dst : sum.dst();
    written.quantizer().ifPresent(by -> by.appendTo(attributes, each -> each.channels));
    Tensor codes = src.data(workshop);
    Tensor output = written.data(workshop);
    dnnl_primitive_desc descriptor =
        Linear.descriptor(workshop, problem, codes, dnnl_s8, biases.list, output, attributes);
    Tensor laidOut = workshop.tensor(descriptor, dnnl_query_weights_md, workshop.ownPlace());
    this.weights = workshop.importTo(laidOut, problem.weights());
    this.compute =
        workshop.operation(
            "serving",
            descriptor,
            attributes,
            Map.of(
                DNNL_ARG_SRC,
                codes,
                DNNL_ARG_WEIGHTS,
                laidOut,
                DNNL_ARG_BIAS,
                biases.list,
                DNNL_ARG_DST,
                output));
  }

  @Override
  public void load(float[] newWeights, float[] units, float[] biasCodes) {
    weights.run(newWeights, 0);
    biases.set(biasCodes);
    float scale = dst.scale();
    for (int o = 0; o < ratios.length; o++) {
      ratios[o] = dst.isCodes() ? units[o] / scale : units[o];
    }
    multipliers.set(ratios);
  }

  @Override
  public void run() {
    compute.run();
  }
}
