package org.sparkqat.engine.onednn;

/** Looks codes in native memory up in tables of real numbers, one for each code there may be. */
interface TableScan {

  /** {@code to[i] = table[code[i]]}. */
  void map(float[] table, Place to);

  /** {@code to[i] = factors[i] * table[code[i]]}; the places may be the same. */
  void multiply(float[] table, Place factors, Place to);
}
