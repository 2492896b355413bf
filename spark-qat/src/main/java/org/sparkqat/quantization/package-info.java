/**
 * Schemes, granularity, ranges, observers, scale and zero point, integer arithmetic.
 *
 * <p>May use nothing else of this project.
 */
@NullMarked
package org.sparkqat.quantization;

import org.jspecify.annotations.NullMarked;
