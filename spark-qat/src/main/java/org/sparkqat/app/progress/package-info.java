/** What a user sees while a job runs: a bar on a terminal, plain lines elsewhere. */
@NullMarked
package org.sparkqat.app.progress;

import org.jspecify.annotations.NullMarked;
