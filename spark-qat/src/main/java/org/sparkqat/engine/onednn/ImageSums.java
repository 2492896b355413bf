package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_acdb;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_avg_include_padding;
import static org.bytedeco.dnnl.global.dnnl.dnnl_pooling_forward_primitive_desc_create;

import java.util.Arrays;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Sums each channel of each image: a mean over the whole image, which oneDNN has a fast primitive
 * for, times its pixels.
 */
final class ImageSums {

  /** {@code [N, C, 1, 1]}. */
  final Tensor sums;

  private final Numbers pixels;
  private final Operation pool;
  private final float[] read;

  /** The sums of a tensor, written to a place. */
  ImageSums(Workshop workshop, Extent extent, Tensor values, Place place) {
    this.sums = workshop.tensor(workshop.layout(shape(extent), dnnl_f32, dnnl_acdb), place);
    this.pixels = new Numbers(workshop, 1);
    this.read = new float[Math.toIntExact(extent.batch() * extent.channels())];
    pixels.set((float) (extent.height() * extent.width()));
    long[] kernel = {extent.height(), extent.width()};
    long[] none = {0, 0};
    Attributes times = new Attributes(workshop).then(dnnl_binary_mul, pixels.channels);
    dnnl_primitive_desc descriptor =
        workshop.descriptor(
            "sums of images",
            created ->
                dnnl_pooling_forward_primitive_desc_create(
                    created,
                    workshop.context.engine,
                    dnnl_forward_inference,
                    dnnl_pooling_avg_include_padding,
                    values.layout,
                    sums.layout,
                    kernel,
                    kernel,
                    none,
                    none,
                    none,
                    times.finish()));
    this.pool =
        workshop.operation(
            "sums of images", descriptor, times, Map.of(DNNL_ARG_SRC, values, DNNL_ARG_DST, sums));
  }

  private static long[] shape(Extent extent) {
    return new long[] {extent.batch(), extent.channels(), 1, 1};
  }

  void run() {
    pool.run();
  }

  /** Runs and adds up the images: {@code [C]}. */
  void addUp(double[] channels) {
    run();
    sums.get(read, read.length);
    Arrays.fill(channels, 0);
    for (int i = 0; i < read.length; i++) {
      channels[i % channels.length] += read[i];
    }
  }
}
