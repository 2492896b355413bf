/**
 * Compiles a quantized network with its numbers to the integers of {@code org.sparkqat.integer},
 * and stands at both ends of it: the input quantizer and the output dequantizer. Floating point
 * ends here.
 *
 * <p>May use the engine and what it may use.
 */
@NullMarked
package org.sparkqat.engine.integer;

import org.jspecify.annotations.NullMarked;
