package org.sparkqat.engine.onednn;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;

/** One of the rows of another place, each in turn. */
final class RowPlace implements Place {

  private final Place rows;
  private final long rowBytes;
  private final int count;
  private FloatPointer base = new FloatPointer();
  private FloatPointer start = new FloatPointer();
  private int row;
  private int startRow = -1;

  RowPlace(Place rows, long rowBytes, int count) {
    this.rows = rows;
    this.rowBytes = rowBytes;
    this.count = count;
  }

  /** Makes this the given row. */
  void select(int newRow) {
    row = newRow;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the same object as long as the memory stays
  public FloatPointer start() {
    FloatPointer now = rows.start();
    if (now != base || row != startRow) {
      base = now;
      startRow = row;
      start = new FloatPointer(new BytePointer(now).getPointer(row * rowBytes));
    }
    return start;
  }

  @Override
  public void reserve(long bytes) {
    rows.reserve(count * rowBytes);
  }
}
