/**
 * Variants of one model, each evaluated in one task on a sample that every executor holds.
 *
 * <p>May use evaluation, worker and wire.
 */
@NullMarked
package org.sparkqat.distributed.probe;

import org.jspecify.annotations.NullMarked;
