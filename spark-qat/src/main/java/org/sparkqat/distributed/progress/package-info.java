/**
 * What a training tells of its progress, and who listens.
 *
 * <p>May use exchange and evaluation.
 */
@NullMarked
package org.sparkqat.distributed.progress;

import org.jspecify.annotations.NullMarked;
