/**
 * Configuration, command line and report.
 *
 * <p>May use every other package.
 */
@NullMarked
package org.sparkqat.app;

import org.jspecify.annotations.NullMarked;
