package org.sparkqat.training;

/**
 * What clipping must know of one slice of a gradient.
 *
 * @param incoming sums of squares before clipping, of the subtrees in the slice
 * @param limited the same after clipping by value
 * @param values elements that clipping by value limited
 * @param firstNonFinite position in the whole gradient of the first element that is not finite;
 *     {@link #ALL_FINITE}: none
 */
public record SliceNorm(double[] incoming, double[] limited, long values, int firstNonFinite) {

  public static final int ALL_FINITE = Integer.MAX_VALUE;
}
