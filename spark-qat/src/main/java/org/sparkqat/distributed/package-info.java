/**
 * The loop of the driver: {@link org.sparkqat.distributed.QatLoop} goes through the stages, and
 * {@link org.sparkqat.distributed.TrainingStep} makes a state of the one before.
 *
 * <p>May use data and everything above it, and of its own parts each those before it: transport,
 * wire, worker, evaluation, probe, exchange, cluster, slices, protocol, resident, progress.
 */
@NullMarked
package org.sparkqat.distributed;

import org.jspecify.annotations.NullMarked;
