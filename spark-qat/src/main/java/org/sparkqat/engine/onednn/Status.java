package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_invalid_arguments;
import static org.bytedeco.dnnl.global.dnnl.dnnl_last_impl_reached;
import static org.bytedeco.dnnl.global.dnnl.dnnl_out_of_memory;
import static org.bytedeco.dnnl.global.dnnl.dnnl_runtime_error;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_unimplemented;

/** Turns oneDNN's status codes into exceptions. */
final class Status {

  private Status() {}

  /** Throws unless the status is success; the message is "Failed to", what, and the reason. */
  static void check(int status, String what) {
    if (status != dnnl_success) {
      throw failure(status, "Failed to %s: %s".formatted(what, name(status)));
    }
  }

  /** Throws unless the status is success; the message names the shape. */
  static void check(int status, String what, Object shape) {
    if (status != dnnl_success) {
      throw failure(status, "Failed to %s for %s: %s".formatted(what, shape, name(status)));
    }
  }

  private static RuntimeException failure(int status, String message) {
    return status == dnnl_unimplemented || status == dnnl_last_impl_reached
        ? new UnsupportedOperationException(message + " (use engine: reference)")
        : new IllegalStateException(message);
  }

  private static String name(int status) {
    if (status == dnnl_out_of_memory) {
      return "out of memory";
    }
    if (status == dnnl_invalid_arguments) {
      return "invalid arguments";
    }
    if (status == dnnl_unimplemented || status == dnnl_last_impl_reached) {
      return "not implemented";
    }
    return status == dnnl_runtime_error ? "runtime error" : "status " + status;
  }
}
