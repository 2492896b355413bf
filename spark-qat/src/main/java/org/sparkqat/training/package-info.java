/**
 * Loss, clipping, optimizers, schedules, the training state and its checkpoints.
 *
 * <p>May use engine and everything above it.
 */
@NullMarked
package org.sparkqat.training;

import org.jspecify.annotations.NullMarked;
