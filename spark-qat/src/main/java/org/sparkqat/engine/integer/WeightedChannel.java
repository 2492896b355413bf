package org.sparkqat.engine.integer;

/**
 * What follows the accumulator of an output channel.
 *
 * @param srcScale real width of one code of the input
 * @param weightScale real width of one code of the weights
 * @param unit their product in binary32
 * @param bias real bias
 * @param biasCode the bias in units
 * @param hasKernels true when evaluation adds the bias code; false when codes have more than 8
 *     bits, for which it adds the real bias
 */
record WeightedChannel(
    float srcScale, float weightScale, float unit, float bias, int biasCode, boolean hasKernels) {}
