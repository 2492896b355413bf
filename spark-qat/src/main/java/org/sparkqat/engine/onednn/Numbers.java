package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_ab;
import static org.bytedeco.dnnl.global.dnnl.dnnl_acdb;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;

/** A few real numbers in native memory, which operations read or write when they run. */
final class Numbers {

  private final int count;
  private final float[] one = new float[1];

  /** As a list. */
  final Tensor list;

  /** As a tensor {@code [1, count, 1, 1]}: one number a channel, or one for all. */
  final Tensor channels;

  /** As a tensor {@code [1, count]}: a single number is one for all of a {@link Workshop#flat}. */
  final Tensor row;

  Numbers(Workshop workshop, int count) {
    this.count = count;
    Place place = workshop.ownPlace();
    this.list = workshop.tensor(workshop.layout(new long[] {count}, dnnl_f32, dnnl_a), place);
    this.channels =
        workshop.tensor(workshop.layout(new long[] {1, count, 1, 1}, dnnl_f32, dnnl_acdb), place);
    this.row = workshop.tensor(workshop.layout(new long[] {1, count}, dnnl_f32, dnnl_ab), place);
  }

  void set(float value) {
    one[0] = value;
    list.put(one, 0, 1);
  }

  void set(float[] values) {
    list.put(values, 0, count);
  }

  void read(float[] into) {
    list.get(into, count);
  }
}
