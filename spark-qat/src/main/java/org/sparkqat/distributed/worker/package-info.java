/**
 * What an executor computes for its shards: steps, with what it must know of the job, and the sums
 * of evaluations.
 *
 * <p>May use wire and transport.
 */
@NullMarked
package org.sparkqat.distributed.worker;

import org.jspecify.annotations.NullMarked;
