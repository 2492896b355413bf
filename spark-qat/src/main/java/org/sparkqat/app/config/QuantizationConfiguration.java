package org.sparkqat.app.config;

import java.util.OptionalInt;
import org.sparkqat.quantization.QuantizationScheme;

/**
 * Group {@code quantization}: how the network is quantized.
 *
 * @param batchNormFreezeEpoch epoch of the QAT phase, from 0, from which batch normalization uses
 *     its running statistics; empty: never
 */
public record QuantizationConfiguration(
    QuantizationScheme scheme, OptionalInt batchNormFreezeEpoch) {}
