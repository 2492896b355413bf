/**
 * Estimator, Model and their persistence.
 *
 * <p>May use distributed and everything above it.
 */
@NullMarked
package org.sparkqat.ml;

import org.jspecify.annotations.NullMarked;
