package org.sparkqat.integer;

/** An activation function as a table of what is put out for each code. */
public final class LookupStep implements Step {

  private final int lowest;
  private final int[] table;

  /**
   * A table.
   *
   * @param lowest the code, less its zero point, of the first entry
   */
  public LookupStep(int lowest, int[] table) {
    this.lowest = lowest;
    this.table = table.clone();
  }

  @Override
  public void run(int[][] sources, int[] dst) {
    int[] src = sources[0];
    for (int i = 0; i < src.length; i++) {
      dst[i] = table[src[i] - lowest];
    }
  }
}
