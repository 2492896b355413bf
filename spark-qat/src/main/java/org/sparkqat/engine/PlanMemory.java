package org.sparkqat.engine;

/**
 * The memory of a plan, in bytes.
 *
 * @param peakNativeBytes most native memory (tensors and work space) that the plan's {@link
 *     Kernels} held at one time; 0 for the reference kernels
 * @param keptForBackwardBytes what lies between forward and backward for the sake of backward:
 *     outputs of blocks, accumulators, masks, and the copies of inputs that kernels keep
 */
public record PlanMemory(long peakNativeBytes, long keptForBackwardBytes) {}
