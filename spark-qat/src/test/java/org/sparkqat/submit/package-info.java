/**
 * What a user submits jobs with: the scripts of {@code submit-scripts}, the files of {@code conf}.
 */
@NullMarked
package org.sparkqat.submit;

import org.jspecify.annotations.NullMarked;
