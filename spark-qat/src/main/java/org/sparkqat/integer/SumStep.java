package org.sparkqat.integer;

/** Element-wise sum of two tensors. */
public record SumStep(TermSum sum) implements Step {

  @Override
  public void run(int[][] sources, int[] dst) {
    for (int i = 0; i < dst.length; i++) {
      dst[i] = sum.of(sources[0][i], sources[1][i]);
    }
  }
}
