/**
 * Sensitivity, mixed precision and range reports.
 *
 * <p>May use training and everything above it.
 */
@NullMarked
package org.sparkqat.analysis;

import org.jspecify.annotations.NullMarked;
