package org.sparkqat.app.config;

import java.util.Optional;
import org.sparkqat.analysis.BitSearch;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.RangeTraining;

/**
 * Group {@code quantization}: how the network is quantized.
 *
 * @param preset name of the preset; empty: none
 * @param batchNormFreezeEpoch epoch of a quantized stage from which batch normalization uses its
 *     running statistics
 * @param batchNormFreezeDrift drift of quiet steps after which it does so by itself; 0: never
 * @param batchNormFreezeSteps how many quiet steps, one after another
 * @param ranges how ranges move in quantized stages
 * @param mixed how bits are chosen after the float stages; empty: they are what the scheme says
 */
public record QuantizationConfiguration(
    Optional<String> preset,
    QuantizationScheme scheme,
    FreezeEpoch batchNormFreezeEpoch,
    double batchNormFreezeDrift,
    int batchNormFreezeSteps,
    RangeTraining ranges,
    Optional<BitSearch> mixed) {

  /** When batch normalization is frozen in a stage of so many epochs that says nothing else. */
  BatchNormFreeze freeze(int epochs) {
    return new BatchNormFreeze(
        batchNormFreezeEpoch.of(epochs), batchNormFreezeDrift, batchNormFreezeSteps);
  }
}
