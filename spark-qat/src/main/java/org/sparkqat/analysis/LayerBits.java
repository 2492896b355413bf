package org.sparkqat.analysis;

import java.util.OptionalInt;

/**
 * Bits of one layer.
 *
 * @param layer name of a block, or {@code input}
 * @param weights empty: float, or none
 * @param activations of its output; empty: float, or none
 */
public record LayerBits(String layer, OptionalInt weights, OptionalInt activations) {}
