package org.sparkqat.engine.onednn;

import org.bytedeco.javacpp.FloatPointer;

/** Native memory that a tensor lies in. */
interface Place {

  /** The start, 64-byte aligned; the same object as long as the memory stays where it is. */
  FloatPointer start();

  /** Makes room for so many bytes at least. */
  void reserve(long bytes);
}
