package org.sparkqat.network;

import org.sparkqat.quantization.ActivationQuantizer;

/**
 * A tensor that is quantized: the network's input or the output of a block.
 *
 * @param name name of the block, {@link Network#INPUT} for the network's input
 * @param firstSlot its first slot in {@link org.sparkqat.quantization.Ranges}
 * @param slots 1 per tensor, the number of channels per channel
 */
public record QuantizationPoint(
    String name, ActivationQuantizer quantizer, int firstSlot, int slots) {}
