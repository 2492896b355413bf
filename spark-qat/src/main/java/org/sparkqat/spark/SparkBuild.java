package org.sparkqat.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.package$;
import scala.util.Properties$;

/**
 * One of the jars that these sources make, and what it runs on.
 *
 * @param artifact the name of the jar, without the version of this project
 * @param lines the versions of Spark that it runs on, without the last number
 * @param scalaLine the version of Scala that Spark must be compiled for, without the last number
 * @param profile of Maven, which makes it
 */
public record SparkBuild(String artifact, List<String> lines, String scalaLine, String profile) {

  /** Every jar that there is. */
  static final List<SparkBuild> ALL =
      List.of(
          new SparkBuild("spark-qat_2.13", List.of("4.0", "4.1"), "2.13", "spark-4.1"),
          new SparkBuild("spark-qat-3.5_2.13", List.of("3.5"), "2.13", "spark-3.5"),
          new SparkBuild("spark-qat_2.12", List.of("3.5"), "2.12", "spark-3.5-scala-2.12"));

  private static final String RESOURCE = "build.properties";
  private static final String BROKEN_SPARK = "4.0.0";
  private static final Pattern LINE = Pattern.compile("(\\d+\\.\\d+)(\\..*)?");

  public SparkBuild {
    lines = List.copyOf(lines);
  }

  /** The build that these classes are from. */
  public static SparkBuild current() {
    String artifact = property("artifact");
    return ALL.stream()
        .filter(build -> build.artifact.equals(artifact))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("Invalid artifact: " + artifact));
  }

  /** The version of Spark that these classes were compiled with. */
  public static String compiledWith() {
    return property("spark");
  }

  /** The version of Spark in this process. */
  public static String runningSpark() {
    return package$.MODULE$.SPARK_VERSION();
  }

  /** The version of Scala in this process. */
  public static String runningScala() {
    return Properties$.MODULE$.versionNumberString();
  }

  /**
   * Checks that this process has the Spark and the Scala that these classes were built for.
   *
   * @throws UnsupportedOperationException when it has others; the message names the right jar
   */
  public static void requireMatch() {
    current().requireMatch(runningSpark(), runningScala());
  }

  void requireMatch(String spark, String scalaVersion) {
    if (spark.equals(BROKEN_SPARK)) {
      throw new UnsupportedOperationException(
          "Unsupported Spark: " + BROKEN_SPARK + " (use 4.0.1 or later; see SPARK-52259)");
    }
    if (!runsOn(spark, scalaVersion)) {
      throw new UnsupportedOperationException(
          String.format(
              Locale.ROOT,
              "Unsupported Spark: %s with Scala %s (%s runs on Spark %s with Scala %s; %s)",
              spark,
              scalaVersion,
              artifact,
              String.join(" and ", lines),
              scalaLine,
              remedy(spark, scalaVersion)));
    }
  }

  private static String remedy(String spark, String scalaVersion) {
    return ALL.stream()
        .filter(build -> build.runsOn(spark, scalaVersion))
        .map(b -> "use " + b.artifact + ", which 'mvn package -P" + b.profile + "' makes")
        .findFirst()
        .orElse("no jar of this project runs on yours");
  }

  private boolean runsOn(String spark, String scalaVersion) {
    return lines.contains(line(spark)) && scalaLine.equals(line(scalaVersion));
  }

  /** {@code 3.5} of {@code 3.5.6-amzn-0}. */
  private static String line(String version) {
    Matcher matcher = LINE.matcher(version);
    return matcher.matches() ? matcher.group(1) : version;
  }

  private static String property(String name) {
    Properties properties = new Properties();
    try (InputStream in = SparkBuild.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            "Cannot find resource: " + RESOURCE + " (build with Maven)");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to read resource: " + RESOURCE, e);
    }
    String value = properties.getProperty(name);
    if (value == null) {
      throw new IllegalStateException("Cannot find property: " + name + " of " + RESOURCE);
    }
    return value;
  }
}
