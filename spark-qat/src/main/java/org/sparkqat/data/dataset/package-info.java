/**
 * Readers of the published files of well-known image sets, and the writer that turns them into
 * Parquet: column {@code image} (binary, C·H·W raw uint8 values in channel, row, column order) and
 * column {@code label} (int). And synthetic sets of any size.
 *
 * <p>Sizes: C channels, H height, W width.
 */
@NullMarked
package org.sparkqat.data.dataset;

import org.jspecify.annotations.NullMarked;
