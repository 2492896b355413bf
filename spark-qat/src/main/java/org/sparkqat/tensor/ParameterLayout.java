package org.sparkqat.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each named array lies in one flat float array: parameters, gradients and optimizer slots of
 * a network share it, so that clipping, optimizers, wire and checkpoint are loops over one array.
 */
public final class ParameterLayout {

  private final List<Parameter> parameters;
  private final Map<String, Parameter> byName = new LinkedHashMap<>();
  private final int size;

  private ParameterLayout(List<Parameter> parameters) {
    this.parameters = List.copyOf(parameters);
    int end = 0;
    for (Parameter parameter : parameters) {
      if (byName.put(parameter.name(), parameter) != null) {
        throw new IllegalArgumentException(
            "Invalid parameter name: '" + parameter.name() + "' (used twice)");
      }
      end = parameter.end();
    }
    this.size = end;
  }

  public static Builder builder() {
    return new Builder();
  }

  public List<Parameter> parameters() {
    return parameters;
  }

  /** Length of the flat array. */
  public int size() {
    return size;
  }

  public boolean contains(String name) {
    return byName.containsKey(name);
  }

  public Parameter parameter(String name) {
    Parameter parameter = byName.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException(
          "Invalid parameter: '" + name + "' (allowed: " + byName.keySet() + ")");
    }
    return parameter;
  }

  /**
   * The layout of the elements {@code from ... to - 1} alone: what lies there of each parameter, as
   * a flat array under its name.
   */
  public ParameterLayout slice(int from, int to) {
    Builder slice = builder();
    for (Parameter parameter : parameters) {
      int first = Math.max(parameter.offset(), from);
      int end = Math.min(parameter.end(), to);
      if (first < end) {
        slice.add(parameter.name(), parameter.kind(), new Shape(end - first));
      }
    }
    return slice.build();
  }

  /** SHA-256 of the little-endian float32 values in layout order, as lower-case hexadecimal. */
  public static String sha256(float[] values) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer chunk = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
      for (float value : values) {
        if (!chunk.hasRemaining()) {
          digest.update(chunk.flip());
          chunk.clear();
        }
        chunk.putFloat(value);
      }
      digest.update(chunk.flip());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Cannot hash parameters: this Java has no SHA-256", e);
    }
  }

  /** Appends parameters one after the other. */
  public static final class Builder {

    private final List<Parameter> parameters = new ArrayList<>();
    private int offset;

    private Builder() {}

    public Builder add(String name, Parameter.Kind kind, Shape shape) {
      parameters.add(new Parameter(name, kind, shape, offset));
      offset = Math.addExact(offset, shape.size());
      return this;
    }

    public ParameterLayout build() {
      return new ParameterLayout(parameters);
    }
  }
}
