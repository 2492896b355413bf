package org.sparkqat.distributed.slices;

import java.io.Serializable;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Optimizer;

/**
 * What owners of slices do with the merged gradient.
 *
 * @param clipping by value and by norm
 */
public record SlicedRules(Optimizer optimizer, Clipping clipping) implements Serializable {}
