/**
 * How orders reach the workers and their results come back: what all ways share, and the one with a
 * Spark job for each step.
 *
 * <p>May use worker and wire.
 */
@NullMarked
package org.sparkqat.distributed.exchange;

import org.jspecify.annotations.NullMarked;
