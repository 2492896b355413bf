/**
 * Evaluations of a network, and predictions by it, on the cluster.
 *
 * <p>May use worker and wire.
 */
@NullMarked
package org.sparkqat.distributed.evaluation;

import org.jspecify.annotations.NullMarked;
