/**
 * Workers that stay for many steps: their jobs and tasks, and the exchange over them.
 *
 * <p>May use protocol, slices, exchange, worker, wire and transport.
 */
@NullMarked
package org.sparkqat.distributed.resident;

import org.jspecify.annotations.NullMarked;
