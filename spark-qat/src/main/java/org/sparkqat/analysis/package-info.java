/**
 * How much quantization costs layer by layer, and which bits each layer should get.
 *
 * <p>Nothing here runs a network or knows Spark: {@link org.sparkqat.analysis.SensitivityGrid} says
 * what is to be evaluated, {@link org.sparkqat.analysis.Sensitivity} holds what was found, and
 * {@link org.sparkqat.analysis.MixedPrecision} chooses. May use training and everything above it.
 */
@NullMarked
package org.sparkqat.analysis;

import org.jspecify.annotations.NullMarked;
