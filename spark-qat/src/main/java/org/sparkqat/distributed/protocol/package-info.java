/**
 * What the driver and resident workers say to each other, and the driver's account of it, without
 * network or threads.
 *
 * <p>May use slices, exchange, worker, wire and transport.
 */
@NullMarked
package org.sparkqat.distributed.protocol;

import org.jspecify.annotations.NullMarked;
