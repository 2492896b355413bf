package org.sparkqat.app.doctor;

import java.util.Optional;

/**
 * Whether this program runs on the Java, Spark and Scala of the job.
 *
 * @param java feature version, e.g. 17
 * @param refusal why it does not run on this Spark, with what to use instead
 */
record VersionCheck(int java, String spark, String scalaVersion, Optional<String> refusal)
    implements Check {

  private static final int LEAST_JAVA = 17;

  /** Spark is tested on these; on others it is likely to run. */
  private static final int[] TESTED_JAVA = {17, 21};

  @Override
  public Finding find() {
    String found = "Java %d, Spark %s, Scala %s".formatted(java, spark, scalaVersion);
    return judged(found).with("java", java).with("spark", spark).with("scala", scalaVersion);
  }

  private Finding judged(String found) {
    if (refusal.isPresent()) {
      return Finding.fail(
          found + ": " + refusal.get(), "submit the job to another version of Spark");
    }
    if (java < LEAST_JAVA) {
      return Finding.fail(found, "set JAVA_HOME to Java " + LEAST_JAVA + " or later");
    }
    for (int tested : TESTED_JAVA) {
      if (java == tested) {
        return Finding.ok(found);
      }
    }
    return Finding.warning(
        found, "Spark is tested with Java 17 and 21 by its makers: use one of them");
  }
}
