/** What a run and a model look like to people: tables and the HTML report. */
@NullMarked
package org.sparkqat.app.report;

import org.jspecify.annotations.NullMarked;
