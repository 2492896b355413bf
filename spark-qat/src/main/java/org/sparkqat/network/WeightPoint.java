package org.sparkqat.network;

import org.sparkqat.quantization.WeightQuantizer;

/**
 * The weights of a block whose range is learned.
 *
 * @param name name of the block
 * @param block index of the block
 * @param firstSlot their first slot in {@link org.sparkqat.quantization.Ranges}
 * @param slots 1 per tensor, the number of output channels per channel
 */
public record WeightPoint(
    String name, int block, WeightQuantizer quantizer, int firstSlot, int slots) {}
