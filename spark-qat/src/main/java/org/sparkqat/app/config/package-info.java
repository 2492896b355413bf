/**
 * The configuration of a job: one YAML file, checked as a whole, read into records.
 *
 * <p>{@link org.sparkqat.app.config.Tree} holds the text with its positions, {@link
 * org.sparkqat.app.config.Section} turns a mapping of it into checked values, and the {@code
 * …Reader} classes turn sections into records. Every key that is read records its default, so that
 * the resolved configuration and the reference of all keys come from the reading itself.
 */
@NullMarked
package org.sparkqat.app.config;

import org.jspecify.annotations.NullMarked;
