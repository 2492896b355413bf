/**
 * Slices of parameters that workers update themselves: who owns what, and how the others get it.
 *
 * <p>May use exchange, wire and transport.
 */
@NullMarked
package org.sparkqat.distributed.slices;

import org.jspecify.annotations.NullMarked;
