/**
 * Which Spark this build is for, and what differs between the versions of Spark.
 *
 * <p>{@code SparkVersioned} has one source for each line of Spark, in {@code src/main/spark-4} and
 * {@code src/main/spark-3.5}; the profile of the build chooses. {@code ScalaSerializable} has one
 * for each version of Scala. All else is one source for all.
 */
@NullMarked
package org.sparkqat.spark;

import org.jspecify.annotations.NullMarked;
