package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_SCALES;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_ZERO_POINTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_binary;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_eltwise;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_post_ops;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scales_mask;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_zero_points_mask;

import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;

/** What a primitive does beside its computation: scales, zero points, operations on the result. */
final class Attributes {

  private final dnnl_primitive_attr attributes;
  private final dnnl_post_ops after = new dnnl_post_ops();
  private final Map<Integer, Tensor> arguments = new TreeMap<>();
  private int operations;

  Attributes(Workshop workshop) {
    this.attributes = workshop.newAttributes();
    Status.check(dnnl_post_ops_create(after), "create post-operations");
    workshop.own(() -> dnnl_post_ops_destroy(after));
  }

  /**
   * Multiplies an argument by the numbers when it is read; divides a destination by them.
   *
   * @param mask bit i: one number for each index of dimension i; 0: one number
   */
  Attributes scale(int argument, int mask, Numbers by) {
    Status.check(dnnl_primitive_attr_set_scales_mask(attributes, argument, mask), "set the scales");
    arguments.put(DNNL_ARG_ATTR_SCALES | argument, by.list);
    return this;
  }

  /** Subtracts the zero point from an argument that is read, adds it to one that is written. */
  Attributes zeroPoint(int argument, Tensor zeroPoint) {
    Status.check(
        dnnl_primitive_attr_set_zero_points_mask(attributes, argument, 0), "set the zero point");
    arguments.put(DNNL_ARG_ATTR_ZERO_POINTS | argument, zeroPoint);
    return this;
  }

  /** Combines the result with a tensor of the same sizes, or with sizes 1. */
  Attributes then(int algorithm, Tensor operand) {
    Status.check(
        dnnl_post_ops_append_binary(after, algorithm, operand.layout), "append an operation");
    arguments.put(
        (DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (operations + 1)) | DNNL_ARG_SRC_1, operand);
    operations++;
    return this;
  }

  /** Applies a function to each value of the result. */
  Attributes apply(int algorithm) {
    Status.check(dnnl_post_ops_append_eltwise(after, algorithm, 0, 0), "append a function");
    operations++;
    return this;
  }

  /** The attributes as the library takes them; nothing may be appended any more. */
  dnnl_primitive_attr finish() {
    if (operations > 0) {
      Status.check(dnnl_primitive_attr_set_post_ops(attributes, after), "set the post-operations");
    }
    return attributes;
  }

  Map<Integer, Tensor> arguments() {
    return arguments;
  }
}
