package org.sparkqat.integer;

/** Scales each channel of the first tensor by a value of the second, the gate. */
public record ProductStep(Requantizer requantizer) implements Step {

  @Override
  public void run(int[][] sources, int[] dst) {
    int[] gate = sources[1];
    int spatial = dst.length / gate.length;
    for (int i = 0; i < dst.length; i++) {
      dst[i] = requantizer.of(sources[0][i] * gate[i / spatial]);
    }
  }
}
