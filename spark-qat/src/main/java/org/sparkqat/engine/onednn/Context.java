package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_fpmath_mode_strict;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_deterministic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_fpmath_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_stream;

/**
 * What all kernels of one owner share: oneDNN's engine, stream and attributes, and work space that
 * holds nothing between two calls.
 */
final class Context {

  final dnnl_engine engine = new dnnl_engine();
  final dnnl_stream stream = new dnnl_stream();
  final dnnl_primitive_attr attributes;
  final MemoryAccount account = new MemoryAccount();

  /** A tensor in the caller's layout, on its way in or out. */
  final WorkSpace staging;

  /** dst or its gradient, in oneDNN's layout. */
  final WorkSpace output;

  /** The gradient of src or of the weights, in oneDNN's layout. */
  final WorkSpace gradient;

  /** Src in the layout of the weights' gradient, where that differs from forward's. */
  final WorkSpace input;

  /** The scratchpad of the primitive that runs. */
  final WorkSpace scratchpad;

  private final int threads;

  Context(Ownership owned, int threads) {
    this.threads = threads;
    Status.check(dnnl_engine_create(engine, dnnl_cpu, 0), "create the oneDNN engine");
    owned.add(() -> dnnl_engine_destroy(engine));
    Status.check(
        dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "create the oneDNN stream");
    owned.add(() -> dnnl_stream_destroy(stream));
    attributes = newAttributes(owned);
    staging = new WorkSpace(this, owned);
    output = new WorkSpace(this, owned);
    gradient = new WorkSpace(this, owned);
    input = new WorkSpace(this, owned);
    scratchpad = new WorkSpace(this, owned);
  }

  /** Makes oneDNN compute with this context's threads when the calling thread calls it. */
  void useThreads() {
    OpenMpThreads.use(threads);
  }

  /** Strict arithmetic, whatever the environment asks for, and no memory behind our back. */
  static dnnl_primitive_attr newAttributes(Ownership owned) {
    dnnl_primitive_attr attributes = new dnnl_primitive_attr();
    Status.check(dnnl_primitive_attr_create(attributes), "create the oneDNN attributes");
    owned.add(() -> dnnl_primitive_attr_destroy(attributes));
    Status.check(
        dnnl_primitive_attr_set_fpmath_mode(attributes, dnnl_fpmath_mode_strict),
        "set strict arithmetic");
    Status.check(
        dnnl_primitive_attr_set_deterministic(attributes, 1), "set deterministic arithmetic");
    Status.check(
        dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
        "set the scratchpad mode");
    return attributes;
  }
}
