/**
 * What the driver and its executors are, have and can reach, before a job begins.
 *
 * <p>May use exchange, worker, wire and transport.
 */
@NullMarked
package org.sparkqat.distributed.cluster;

import org.jspecify.annotations.NullMarked;
