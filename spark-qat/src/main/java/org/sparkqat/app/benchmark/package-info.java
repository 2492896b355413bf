/**
 * Times steps of the bare engine, without Spark and without data.
 *
 * <p>May use every package but {@code app} itself, {@code data} and {@code distributed}.
 */
@NullMarked
package org.sparkqat.app.benchmark;

import org.jspecify.annotations.NullMarked;
