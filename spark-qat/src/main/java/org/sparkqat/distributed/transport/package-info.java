/**
 * Messages between processes over the network of Spark: the only use of what is not its public API.
 *
 * <p>May use nothing else of {@code distributed}.
 */
@NullMarked
package org.sparkqat.distributed.transport;

import org.jspecify.annotations.NullMarked;
