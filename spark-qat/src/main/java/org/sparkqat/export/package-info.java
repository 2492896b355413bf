/**
 * ONNX, the integer-only model and self-test vectors.
 *
 * <p>May use analysis and everything above it.
 */
@NullMarked
package org.sparkqat.export;

import org.jspecify.annotations.NullMarked;
