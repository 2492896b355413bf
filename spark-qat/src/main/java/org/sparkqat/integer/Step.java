package org.sparkqat.integer;

/** One block of an integer-only model, for one example. */
public interface Step {

  /**
   * Computes the block.
   *
   * @param sources what the block reads, in its order, {@code [C, H, W]}
   * @param dst receives what it puts out
   */
  void run(int[][] sources, int[] dst);
}
