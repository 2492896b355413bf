package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;

import org.jspecify.annotations.Nullable;

/** As {@link Linear}, from codes, where 8-bit products do not serve: see {@link ExactSums}. */
final class ExactLinear implements LinearMap {

  private final ExactSums sums;
  private final Numbers units;
  private final @Nullable Numbers biases;

  ExactLinear(
      Workshop workshop,
      ConvolutionProblem problem,
      Feature src,
      Tensor dst,
      boolean biased,
      Scratch scratch) {
    int outputs = problem.shape().outputs();
    this.units = new Numbers(workshop, outputs);
    this.biases = biased ? new Numbers(workshop, outputs) : null;
    Attributes attributes = new Attributes(workshop).then(dnnl_binary_mul, units.channels);
    src.gain().ifPresent(gain -> attributes.then(dnnl_binary_mul, gain.channels));
    if (biases != null) {
      attributes.then(dnnl_binary_add, biases.channels);
    }
    this.sums = new ExactSums(workshop, problem, src, dst, attributes, scratch.source);
  }

  @Override
  public void load(float[] weights, float[] newUnits, float[] newBiases) {
    sums.load(weights);
    units.set(newUnits);
    if (biases != null) {
      biases.set(newBiases);
    }
  }

  @Override
  public void run() {
    sums.run();
  }
}
