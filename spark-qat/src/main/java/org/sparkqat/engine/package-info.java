/**
 * Runs the layers of one micro-batch, forward and backward, on one core, and knows nothing of
 * Spark.
 *
 * <p>The seam to the arithmetic is {@link org.sparkqat.engine.Kernels}: an owner of native
 * resources from which {@link org.sparkqat.engine.WeightedKernel}s are made. Two implementations
 * exist, oneDNN ({@code org.sparkqat.engine.onednn}, the only package that imports the native
 * library) and plain Java, which is the fall-back and the oracle of the tests. May use network and
 * everything above it.
 *
 * <p>Legend: {@code N} examples of a micro-batch, {@code C} input channels, {@code H W} input
 * height and width, {@code O} output channels (or outputs), {@code OH OW} output height and width,
 * {@code KH KW} kernel height and width, {@code G} groups, {@code I} inputs of a fully connected
 * layer. Arrays are dense and row-major.
 */
@NullMarked
package org.sparkqat.engine;

import org.jspecify.annotations.NullMarked;
