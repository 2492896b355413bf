package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_max;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_min;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

import org.jspecify.annotations.Nullable;

/** As {@link Serving}, where 8-bit products do not serve: see {@link ExactSums}. */
final class ExactServing implements LinearMap {

  private final Feature dst;
  private final ExactSums sums;
  private final Numbers biases;
  private final Numbers multipliers;
  private final float[] ratios;
  private final @Nullable Operation quantize;

  ExactServing(
      Workshop workshop, ConvolutionProblem problem, Feature src, Feature dst, Scratch scratch) {
    this.dst = dst;
    int outputs = problem.shape().outputs();
    this.biases = new Numbers(workshop, outputs);
    this.multipliers = new Numbers(workshop, outputs);
    this.ratios = new float[outputs];
    Place place = dst.isCodes() ? scratch.values : dst.data();
    Tensor values = workshop.tensor(dst.extent(), dnnl_f32, place);
    Attributes attributes =
        new Attributes(workshop)
            .then(dnnl_binary_add, biases.channels)
            .then(dnnl_binary_mul, multipliers.channels);
    this.sums = new ExactSums(workshop, problem, src, values, attributes, scratch.source);
    this.quantize = dst.quantizer().map(by -> quantization(workshop, by, values)).orElse(null);
  }

  private Operation quantization(Workshop workshop, Quantizer by, Tensor values) {
    Attributes attributes = new Attributes(workshop).then(dnnl_binary_min, by.highest.channels);
    by.appendRounding(attributes, each -> each.channels);
    return workshop.binary(
        "quantization",
        dnnl_binary_max,
        values,
        by.lowest.channels,
        dst.data(workshop),
        attributes);
  }

  @Override
  public void load(float[] weights, float[] units, float[] biasCodes) {
    sums.load(weights);
    biases.set(biasCodes);
    float scale = dst.scale();
    for (int o = 0; o < ratios.length; o++) {
      ratios[o] = dst.isCodes() ? units[o] / scale : units[o];
    }
    multipliers.set(ratios);
  }

  @Override
  public void run() {
    sums.run();
    if (quantize != null) {
      quantize.run();
    }
  }
}
