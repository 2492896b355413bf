/**
 * The explicit form of what travels: orders and results of steps, and the encodings of gradients.
 *
 * <p>May use nothing else of {@code distributed}.
 */
@NullMarked
package org.sparkqat.distributed.wire;

import org.jspecify.annotations.NullMarked;
