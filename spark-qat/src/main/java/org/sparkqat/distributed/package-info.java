/**
 * Step orders and step results, the exchanges, and the loop of the driver: the only user of RDDs.
 *
 * <p>May use data and everything above it.
 */
@NullMarked
package org.sparkqat.distributed;

import org.jspecify.annotations.NullMarked;
