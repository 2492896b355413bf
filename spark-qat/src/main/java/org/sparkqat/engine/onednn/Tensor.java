package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** An array of values with a layout, somewhere in native memory. */
final class Tensor {

  final dnnl_memory memory = new dnnl_memory();
  final dnnl_memory_desc layout;
  private final Place place;
  private final long bytes;
  private @Nullable Pointer bound;

  /** A tensor in a place, in which room is made for it. The layout must outlive the tensor. */
  Tensor(Context context, Ownership owned, dnnl_memory_desc layout, Place place) {
    this.layout = layout;
    this.place = place;
    this.bytes = dnnl_memory_desc_get_size(layout);
    Status.check(
        dnnl_memory_create(memory, layout, context.engine, new Pointer((Pointer) null)),
        "create a tensor");
    owned.add(() -> dnnl_memory_destroy(memory));
    if (bytes > 0) {
      place.reserve(bytes);
    }
  }

  long bytes() {
    return bytes;
  }

  Place place() {
    return place;
  }

  boolean hasLayout(dnnl_memory_desc other) {
    return dnnl_memory_desc_equal(layout, other) != 0;
  }

  /** Makes the tensor follow its place, which may have moved. */
  void bind() {
    Pointer start = place.start();
    if (!start.equals(bound)) {
      Status.check(dnnl_memory_set_data_handle(memory, start), "bind a tensor");
      bound = start;
    }
  }

  void put(float[] values, int offset, int count) {
    place.start().put(values, offset, count);
  }

  void get(float[] values, int count) {
    place.start().get(values, 0, count);
  }
}
