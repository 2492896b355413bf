package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_wait;

import java.util.Map;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.Pointer;

/** A primitive with its arguments, ready to run any number of times. */
final class Operation {

  private final String name;
  private final dnnl_stream stream;
  private final dnnl_primitive primitive = new dnnl_primitive();
  private final Tensor[] tensors;
  private final dnnl_exec_arg_t arguments;

  /** An operation on the tensors under oneDNN's argument numbers. */
  Operation(
      Context context,
      Ownership owned,
      String name,
      dnnl_primitive_desc descriptor,
      Map<Integer, Tensor> tensors) {
    this.name = name;
    this.stream = context.stream;
    this.tensors = tensors.values().toArray(new Tensor[0]);
    Status.check(dnnl_primitive_create(primitive, descriptor), "create " + name);
    owned.add(() -> dnnl_primitive_destroy(primitive));
    this.arguments = arguments(owned, tensors);
  }

  /** Runs to the end. */
  void run() {
    for (Tensor tensor : tensors) {
      tensor.bind();
    }
    int status = dnnl_primitive_execute(primitive, stream, tensors.length, arguments);
    if (status == 0) {
      status = dnnl_stream_wait(stream);
    }
    Status.check(status, "run", name);
  }

  /**
   * Not from JavaCPP's allocator, whose memory is subject to its limits and to garbage collection.
   */
  private static dnnl_exec_arg_t arguments(Ownership owned, Map<Integer, Tensor> tensors) {
    Pointer block = Pointer.malloc((long) tensors.size() * Pointer.sizeof(dnnl_exec_arg_t.class));
    owned.add(() -> Pointer.free(block));
    dnnl_exec_arg_t arguments = new dnnl_exec_arg_t(block);
    int position = 0;
    for (Map.Entry<Integer, Tensor> entry : tensors.entrySet()) {
      arguments.position(position).arg(entry.getKey()).memory(entry.getValue().memory);
      position++;
    }
    return arguments.position(0);
  }
}
