package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/**
 * Forward of a weighted block in real numbers, those of codes included: {@code dst = sum x * w +
 * bias[o]}.
 */
final class RealLinear implements LinearMap {

  private final RealSource src;
  private final Import weights;
  private final @Nullable Numbers biases;
  private final Operation compute;

  RealLinear(
      Workshop workshop,
      ConvolutionProblem problem,
      Feature src,
      Tensor dst,
      boolean biased,
      Scratch scratch) {
    this.src = RealSource.scaled(workshop, src, scratch.source);
    this.biases = biased ? new Numbers(workshop, problem.shape().outputs()) : null;
    dnnl_primitive_desc descriptor =
        Linear.descriptor(
            workshop,
            problem,
            this.src.tensor,
            dnnl_f32,
            biases == null ? null : biases.list,
            dst,
            new Attributes(workshop));
    Tensor laidOut = workshop.tensor(descriptor, dnnl_query_weights_md, workshop.ownPlace());
    this.weights = workshop.importTo(laidOut, problem.weights());
    Map<Integer, Tensor> tensors = new TreeMap<>();
    tensors.put(DNNL_ARG_SRC, this.src.tensor);
    tensors.put(DNNL_ARG_WEIGHTS, laidOut);
    tensors.put(DNNL_ARG_DST, dst);
    if (biases != null) {
      tensors.put(DNNL_ARG_BIAS, biases.list);
    }
    this.compute = workshop.operation("forward", descriptor, tensors);
  }

  @Override
  public void load(float[] realWeights, float[] units, float[] newBiases) {
    weights.run(realWeights, 0);
    if (biases != null) {
      biases.set(newBiases);
    }
  }

  @Override
  public void run() {
    src.run();
    compute.run();
  }
}
