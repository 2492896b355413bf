package org.sparkqat.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Reads and checks the features of one row at a time; raw uint8 values are given as 0 to 255. */
public final class FeatureReader implements Serializable {

  private static final long serialVersionUID = 1L;

  private enum Kind {
    BINARY,
    IMAGE,
    FLOATS
  }

  // The field order of Spark's image struct.
  private static final int IMAGE_HEIGHT = 1;
  private static final int IMAGE_WIDTH = 2;
  private static final int IMAGE_CHANNELS = 3;
  private static final int IMAGE_DATA = 5;
  private static final int IMAGE_FIELDS = 6;

  private final Kind kind;
  private final String names;
  private final List<String> columns;
  private final int size;
  private final ImageDecoder images;

  private FeatureReader(Kind kind, ExampleSchema schema) {
    this.kind = kind;
    this.names = schema.featureNames();
    this.columns = schema.features();
    this.size = schema.shape().size();
    this.images = ImageDecoder.of(names, schema.shape());
  }

  static FeatureReader binary(ExampleSchema schema) {
    return new FeatureReader(Kind.BINARY, schema);
  }

  static FeatureReader image(ExampleSchema schema) {
    return new FeatureReader(Kind.IMAGE, schema);
  }

  static FeatureReader floats(ExampleSchema schema) {
    return new FeatureReader(Kind.FLOATS, schema);
  }

  /** Whether features are stored as uint8 rather than float32. */
  boolean isUint8() {
    return kind != Kind.FLOATS;
  }

  /** Values of one example. */
  public int size() {
    return size;
  }

  /** Bytes of one example's features as stored. */
  int bytes() {
    return isUint8() ? size : Math.multiplyExact(size, Float.BYTES);
  }

  /**
   * Reads the features from a row of a DataFrame.
   *
   * @param row which holds {@link FeatureColumn#column()} at {@code position}
   * @param dst receives {@link #size()} values from {@code offset} on
   */
  public void read(Row row, int position, float[] dst, int offset) {
    requirePresent(row.isNullAt(position));
    if (kind == Kind.FLOATS) {
      readFloats(row.getList(position), dst, offset);
      return;
    }
    byte[] values =
        kind == Kind.BINARY
            ? images.decode(row.getAs(position))
            : images.decode(
                row.getStruct(position).getInt(IMAGE_HEIGHT),
                row.getStruct(position).getInt(IMAGE_WIDTH),
                row.getStruct(position).getInt(IMAGE_CHANNELS),
                row.getStruct(position).getAs(IMAGE_DATA));
    for (int i = 0; i < size; i++) {
      dst[offset + i] = values[i] & 0xff;
    }
  }

  private void readFloats(List<Float> values, float[] dst, int offset) {
    requireSize(values.size());
    for (int i = 0; i < size; i++) {
      Float value = values.get(i);
      requireElement(value == null, i);
      requireFinite(value, i);
      dst[offset + i] = value;
    }
  }

  /**
   * Puts the features as stored, uint8 or big-endian float32, at the position of {@code content}.
   */
  void read(InternalRow row, int position, ByteBuffer content) {
    requirePresent(row.isNullAt(position));
    switch (kind) {
      case BINARY -> content.put(images.decode(row.getBinary(position)));
      case IMAGE -> content.put(image(row.getStruct(position, IMAGE_FIELDS)));
      case FLOATS -> putFloats(row.getArray(position), content);
    }
  }

  private byte[] image(InternalRow image) {
    return images.decode(
        image.getInt(IMAGE_HEIGHT),
        image.getInt(IMAGE_WIDTH),
        image.getInt(IMAGE_CHANNELS),
        image.getBinary(IMAGE_DATA));
  }

  private void putFloats(ArrayData array, ByteBuffer content) {
    requireSize(array.numElements());
    for (int i = 0; i < size; i++) {
      requireElement(array.isNullAt(i), i);
      float value = array.getFloat(i);
      requireFinite(value, i);
      content.putFloat(value);
    }
  }

  private void requirePresent(boolean isNull) {
    if (isNull) {
      throw new InvalidDataException(
          "Invalid features " + names + ": null (every example needs features; filter such rows)");
    }
  }

  private void requireSize(int actual) {
    if (actual != size) {
      throw new InvalidDataException(
          "Invalid features %s: %d values (must be %d, the product of shape)"
              .formatted(names, actual, size));
    }
  }

  private void requireElement(boolean isNull, int index) {
    if (isNull) {
      throw new InvalidDataException(
          "Invalid features %s: null (fill or filter missing values)".formatted(name(index)));
    }
  }

  private void requireFinite(float value, int index) {
    if (!Float.isFinite(value)) {
      throw new InvalidDataException(
          "Invalid features %s: %s (must be finite)".formatted(name(index), value));
    }
  }

  private String name(int index) {
    return columns.size() == 1 ? names + " at index " + index : "'" + columns.get(index) + "'";
  }
}
