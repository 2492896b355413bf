/**
 * Shapes and the flat layout of parameters.
 *
 * <p>May use nothing else of this project.
 */
@NullMarked
package org.sparkqat.tensor;

import org.jspecify.annotations.NullMarked;
