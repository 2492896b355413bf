package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_a;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_get_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_u8;

import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** One block of native memory, allocated by oneDNN on a boundary that suits its kernels. */
final class NativeBlock implements AutoCloseable {

  private final dnnl_memory memory = new dnnl_memory();
  private final MemoryAccount account;
  private final FloatPointer start;
  private final long bytes;
  private boolean closed;

  NativeBlock(Context context, long bytes) {
    this.account = context.account;
    this.bytes = bytes;
    dnnl_memory_desc layout = new dnnl_memory_desc();
    Status.check(
        dnnl_memory_desc_create_with_tag(layout, 1, new long[] {bytes}, dnnl_u8, dnnl_a),
        "describe %d bytes of native memory".formatted(bytes));
    int status = dnnl_memory_create(memory, layout, context.engine, new Allocate());
    dnnl_memory_desc_destroy(layout);
    if (status != dnnl_success) {
      throw new NativeMemoryException(bytes);
    }
    account.allocated(bytes);
    Pointer address = new Pointer((Pointer) null);
    dnnl_memory_get_data_handle(memory, address);
    this.start = new FloatPointer(address);
  }

  FloatPointer start() {
    return start;
  }

  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      dnnl_memory_destroy(memory);
      account.released(bytes);
    }
  }

  /** The address by which oneDNN's C interface is asked to allocate the memory itself. */
  private static final class Allocate extends Pointer {
    Allocate() {
      super((Pointer) null);
      address = -1;
    }
  }
}
