/**
 * The interpreter of integer-only models: codes in, codes out. Nothing here computes with floating
 * point, which a test reads off the compiled classes; what needs real numbers, the compilation of a
 * trained network, is in {@code org.sparkqat.engine.integer}.
 *
 * <p>May use nothing else of this project. A value is a code less its zero point, or, at the
 * network's output, the bits of a binary32 number. Sizes: {@code C H W} channels, height and width
 * of the input, {@code O} output channels, {@code KH KW} kernel height and width.
 */
@NullMarked
package org.sparkqat.integer;

import org.jspecify.annotations.NullMarked;
