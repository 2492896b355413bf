/**
 * From a DataFrame to a sharded data set: sources, the columns that make an example, decoding,
 * shards whose content and order depend on the examples and the seed only, and augmentation.
 *
 * <p>May use {@code org.sparkqat.tensor}, {@code org.sparkqat.spark} and Spark. Sizes: N examples,
 * S shards, F values of one example, C channels, H height, W width. Images are stored channel by
 * channel, row by row.
 */
@NullMarked
package org.sparkqat.data;

import org.jspecify.annotations.NullMarked;
