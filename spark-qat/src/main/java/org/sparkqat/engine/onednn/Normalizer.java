package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_backward;
import static org.bytedeco.dnnl.global.dnnl.dnnl_batch_normalization_backward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_batch_normalization_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.NormalizationParameters;

/** Batch normalization with the statistics of the micro-batch. */
final class Normalizer {

  private static final int FLAGS = dnnl_use_scale | dnnl_use_shift;

  private final Workshop workshop;
  private final NormalizationParameters parameters;
  private final long count;
  private final Tensor src;
  private final Numbers gamma;
  private final Numbers beta;
  private final Numbers mean;
  private final Numbers variance;
  private final Numbers diffGamma;
  private final Numbers diffBeta;
  private final float[] first;
  private final float[] second;
  private final dnnl_primitive_desc descriptor;
  private final Operation forward;
  private @Nullable Operation backward;

  Normalizer(
      Workshop workshop,
      Extent extent,
      NormalizationParameters parameters,
      Tensor src,
      Tensor dst) {
    int channels = Math.toIntExact(extent.channels());
    this.workshop = workshop;
    this.parameters = parameters;
    this.count = extent.perChannel();
    this.src = src;
    this.gamma = new Numbers(workshop, channels);
    this.beta = new Numbers(workshop, channels);
    this.mean = new Numbers(workshop, channels);
    this.variance = new Numbers(workshop, channels);
    this.diffGamma = new Numbers(workshop, channels);
    this.diffBeta = new Numbers(workshop, channels);
    this.first = new float[channels];
    this.second = new float[channels];
    this.descriptor =
        workshop.descriptor(
            "batch normalization",
            created ->
                dnnl_batch_normalization_forward_primitive_desc_create(
                    created,
                    workshop.context.engine,
                    dnnl_forward_training,
                    src.layout,
                    dst.layout,
                    parameters.epsilon(),
                    FLAGS,
                    workshop.context.attributes));
    this.forward =
        workshop.operation(
            "batch normalization",
            descriptor,
            Map.of(
                DNNL_ARG_SRC,
                src,
                DNNL_ARG_DST,
                dst,
                DNNL_ARG_SCALE,
                gamma.list,
                DNNL_ARG_SHIFT,
                beta.list,
                DNNL_ARG_MEAN,
                mean.list,
                DNNL_ARG_VARIANCE,
                variance.list));
  }

  /** Makes the backward pass. */
  void prepareTraining(Tensor diffDst, Tensor diffSrc) {
    dnnl_primitive_desc gradient =
        workshop.descriptor(
            "gradient of batch normalization",
            created ->
                dnnl_batch_normalization_backward_primitive_desc_create(
                    created,
                    workshop.context.engine,
                    dnnl_backward,
                    diffSrc.layout,
                    diffDst.layout,
                    src.layout,
                    parameters.epsilon(),
                    FLAGS,
                    descriptor,
                    workshop.context.attributes));
    backward =
        workshop.operation(
            "gradient of batch normalization",
            gradient,
            Map.of(
                DNNL_ARG_SRC,
                src,
                DNNL_ARG_MEAN,
                mean.list,
                DNNL_ARG_VARIANCE,
                variance.list,
                DNNL_ARG_SCALE,
                gamma.list,
                DNNL_ARG_DIFF_DST,
                diffDst,
                DNNL_ARG_DIFF_SRC,
                diffSrc,
                DNNL_ARG_DIFF_SCALE,
                diffGamma.list,
                DNNL_ARG_DIFF_SHIFT,
                diffBeta.list));
  }

  /**
   * Takes gamma and beta, which have been loaded into the parameters; false if one is not finite.
   */
  boolean load() {
    gamma.set(parameters.gamma());
    beta.set(parameters.beta());
    return Finite.all(parameters.gamma()) && Finite.all(parameters.beta());
  }

  /**
   * Normalizes.
   *
   * @param shifts what the running statistics see added to the values of each channel
   * @return false if a statistic, so some value, is not finite; looked at only for a result
   */
  boolean forward(float[] shifts, @Nullable MicroBatchResult result) {
    forward.run();
    if (result == null) {
      return true;
    }
    mean.read(first);
    variance.read(second);
    for (int c = 0; c < first.length; c++) {
      parameters.record(c, first[c], second[c], count, shifts[c], result);
    }
    return Finite.all(first) && Finite.all(second);
  }

  /** Adds the gradients of gamma and beta; writes that of the values. */
  void backward(float[] gradient) {
    if (backward == null) {
      throw new IllegalStateException("Cannot run backward: training has not been prepared");
    }
    backward.run();
    diffGamma.read(first);
    diffBeta.read(second);
    parameters.addGradients(first, second, gradient);
  }
}
