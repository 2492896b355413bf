package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.dnnl_ab;
import static org.bytedeco.dnnl.global.dnnl.dnnl_abcd;
import static org.bytedeco.dnnl.global.dnnl.dnnl_abcde;
import static org.bytedeco.dnnl.global.dnnl.dnnl_acdb;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_submemory;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;

import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Makes the native parts of one kernel and enters each in the kernel's ownership. */
final class Workshop {

  final Context context;
  private final Object subject;
  private final Ownership owned;

  Workshop(Context context, Object subject, Ownership owned) {
    this.context = context;
    this.subject = subject;
    this.owned = owned;
  }

  /** The same for parts that live shorter. */
  Workshop with(Ownership shorter) {
    return new Workshop(context, subject, shorter);
  }

  /** A place that belongs to this kernel and keeps its content between calls. */
  Place ownPlace() {
    return new WorkSpace(context, owned);
  }

  /** Takes over the duty to release something when the kernel is closed. */
  void own(Runnable release) {
    owned.add(release);
  }

  /** Attributes of strict, deterministic arithmetic, to be added to. */
  dnnl_primitive_attr newAttributes() {
    return Context.newAttributes(owned);
  }

  /** The layout that is left to oneDNN to choose. */
  dnnl_memory_desc anyLayout(long[] dimensions) {
    return layout(dimensions, dnnl_f32, dnnl_format_tag_any);
  }

  /** The caller's layout: dense, row-major. */
  dnnl_memory_desc rowMajor(long[] dimensions) {
    return layout(
        dimensions,
        dnnl_f32,
        switch (dimensions.length) {
          case 2 -> dnnl_ab;
          case 4 -> dnnl_abcd;
          default -> dnnl_abcde;
        });
  }

  /** A descriptor that creates itself and returns oneDNN's status. */
  dnnl_primitive_desc descriptor(String name, DescriptorCall call) {
    dnnl_primitive_desc created = new dnnl_primitive_desc();
    Status.check(call.create(created), "create " + name, subject);
    owned.add(() -> dnnl_primitive_desc_destroy(created));
    return created;
  }

  /** A tensor in the layout that a primitive asks for. */
  Tensor tensor(dnnl_primitive_desc descriptor, int query, Place place) {
    return tensor(layoutOf(descriptor, query), place);
  }

  Tensor tensor(dnnl_memory_desc layout, Place place) {
    try {
      return new Tensor(context, owned, layout, place);
    } catch (NativeMemoryException e) {
      throw new IllegalStateException(
          "Failed to reserve memory for %s: %s".formatted(subject, e.getMessage()), e);
    }
  }

  dnnl_memory_desc layoutOf(dnnl_primitive_desc descriptor, int query) {
    return dnnl_primitive_desc_query_md(descriptor, query, 0);
  }

  /** The way of a Java array into a tensor. */
  Import importTo(Tensor target, long[] dimensions) {
    dnnl_memory_desc layout = rowMajor(dimensions);
    if (target.hasLayout(layout)) {
      return new Import(target, null, size(dimensions));
    }
    Tensor staged = tensor(layout, context.staging);
    return new Import(staged, reorder("reorder in", staged, target), size(dimensions));
  }

  /** The way of a tensor into a Java array. */
  Export exportFrom(Tensor source, long[] dimensions) {
    dnnl_memory_desc layout = rowMajor(dimensions);
    if (source.hasLayout(layout)) {
      return new Export(null, source, size(dimensions));
    }
    Tensor staged = tensor(layout, context.staging);
    return new Export(reorder("reorder out", source, staged), staged, size(dimensions));
  }

  /** The way of a tensor into a Java array, multiplied by a number on it. */
  Export exportFrom(Tensor source, long[] dimensions, Numbers scale) {
    Tensor staged = tensor(rowMajor(dimensions), context.staging);
    Attributes scaled = new Attributes(this).scale(DNNL_ARG_FROM, 0, scale);
    return new Export(reorder("reorder out", source, staged, scaled), staged, size(dimensions));
  }

  /** A tensor of the micro-batch, channels last. */
  Tensor tensor(Extent extent, int type, Place place) {
    return tensor(layout(extent.dimensions(), type, dnnl_acdb), place);
  }

  /** Some channels of every pixel of a tensor, from the given one. */
  Tensor part(Tensor whole, Extent part, long channel) {
    dnnl_memory_desc layout = new dnnl_memory_desc();
    Status.check(
        dnnl_memory_desc_create_submemory(
            layout, whole.layout, part.dimensions(), new long[] {0, channel, 0, 0}),
        "describe a part of a layout",
        subject);
    owned.add(() -> dnnl_memory_desc_destroy(layout));
    return tensor(layout, whole.place());
  }

  /**
   * The values of a micro-batch as one row {@code [1, size]}, whatever their order: for what treats
   * all values alike. Binary operations on images whose channels do not fill a vector register are
   * some 30 times slower.
   */
  Tensor flat(Extent extent, int type, Place place) {
    return row(extent.size(), type, place);
  }

  /** Some values as one row. */
  Tensor row(int size, int type, Place place) {
    return tensor(layout(new long[] {1, size}, type, dnnl_ab), place);
  }

  Operation reorder(String name, Tensor from, Tensor to) {
    return reorder(name, from, to, new Attributes(this));
  }

  Operation reorder(String name, Tensor from, Tensor to, Attributes attributes) {
    dnnl_primitive_desc descriptor =
        descriptor(
            name,
            created ->
                dnnl_reorder_primitive_desc_create(
                    created,
                    from.layout,
                    context.engine,
                    to.layout,
                    context.engine,
                    attributes.finish()));
    return operation(name, descriptor, attributes, Map.of(DNNL_ARG_FROM, from, DNNL_ARG_TO, to));
  }

  /** {@code dst = left algorithm right}; right may have sizes 1. */
  Operation binary(
      String name, int algorithm, Tensor left, Tensor right, Tensor dst, Attributes attributes) {
    dnnl_primitive_desc descriptor =
        descriptor(
            name,
            created ->
                dnnl_binary_primitive_desc_create(
                    created,
                    context.engine,
                    algorithm,
                    left.layout,
                    right.layout,
                    dst.layout,
                    attributes.finish()));
    return operation(
        name,
        descriptor,
        attributes,
        Map.of(DNNL_ARG_SRC_0, left, DNNL_ARG_SRC_1, right, DNNL_ARG_DST, dst));
  }

  /** The operation of a descriptor with attributes on tensors. */
  Operation operation(
      String name,
      dnnl_primitive_desc descriptor,
      Attributes attributes,
      Map<Integer, Tensor> tensors) {
    Map<Integer, Tensor> all = new TreeMap<>(tensors);
    all.putAll(attributes.arguments());
    return operation(name, descriptor, all);
  }

  /** The operation of a descriptor on tensors under oneDNN's argument numbers. */
  Operation operation(String name, dnnl_primitive_desc descriptor, Map<Integer, Tensor> tensors) {
    Map<Integer, Tensor> arguments = new TreeMap<>(tensors);
    dnnl_memory_desc scratchpad = layoutOf(descriptor, dnnl_query_scratchpad_md);
    if (dnnl_memory_desc_get_size(scratchpad) > 0) {
      arguments.put(DNNL_ARG_SCRATCHPAD, tensor(scratchpad, context.scratchpad));
    }
    String full = "%s of %s".formatted(name, subject);
    return new Operation(context, owned, full, descriptor, arguments);
  }

  /** Describes a tensor of a type and an order of dimensions. */
  dnnl_memory_desc layout(long[] dimensions, int type, int tag) {
    dnnl_memory_desc layout = new dnnl_memory_desc();
    Status.check(
        dnnl_memory_desc_create_with_tag(layout, dimensions.length, dimensions, type, tag),
        "describe a layout",
        subject);
    owned.add(() -> dnnl_memory_desc_destroy(layout));
    return layout;
  }

  private static int size(long[] dimensions) {
    long size = 1;
    for (long dimension : dimensions) {
      size *= dimension;
    }
    return Math.toIntExact(size);
  }

  /** A call of the C interface that creates a descriptor. */
  interface DescriptorCall {
    int create(dnnl_primitive_desc created);
  }
}
