/**
 * The files of a run: its folder on any Hadoop file system, its summary and its metrics.
 *
 * <p>A file appears whole or not at all: it is written aside and renamed.
 */
@NullMarked
package org.sparkqat.app.output;

import org.jspecify.annotations.NullMarked;
