/**
 * What can be told of a job before it runs: each check is a small class that turns facts into a
 * finding; {@link org.sparkqat.app.doctor.Examination} collects the facts.
 */
@NullMarked
package org.sparkqat.app.doctor;

import org.jspecify.annotations.NullMarked;
