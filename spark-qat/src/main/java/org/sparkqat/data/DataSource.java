package org.sparkqat.data;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;

/**
 * Where examples are read from: anything that a Spark data source reads.
 *
 * @param path a file, a folder or a glob pattern on any Hadoop file system
 * @param format a Spark format: parquet, csv, orc, json, libsvm, image, binaryFile, …
 * @param options of the format; csv reads a header and infers types unless they say otherwise. One
 *     more option, {@code label-from-path}, is a regular expression with one group: it adds an int
 *     column {@code label} with what the group matches in the path of each file
 */
public record DataSource(String path, String format, Map<String, String> options) {

  private static final String LABEL_FROM_PATH = "label-from-path";

  public DataSource {
    if (path.isBlank()) {
      throw new InvalidDataException("Invalid path: '' (must name a file or a folder)");
    }
    if (format.isBlank()) {
      throw new InvalidDataException(
          "Invalid format: '' (e.g. parquet, csv, orc, json, libsvm, image, binaryFile)");
    }
    options = Map.copyOf(options);
    requireOneGroup(options.get(LABEL_FROM_PATH));
  }

  /** A Parquet source without options. */
  public static DataSource parquet(String path) {
    return new DataSource(path, "parquet", Map.of());
  }

  /** The DataFrame; only its schema is read now. */
  public Dataset<Row> read(SparkSession session) {
    requireExisting(session.sparkContext().hadoopConfiguration());
    try {
      return withLabel(session.read().format(format).options(effectiveOptions()).load(path));
    } catch (Exception e) {
      // Not narrower: Spark's Scala methods throw checked exceptions that they do not declare.
      throw unreadable(e);
    }
  }

  private static void requireOneGroup(@Nullable String pattern) {
    try {
      if (pattern != null && Pattern.compile(pattern).matcher("").groupCount() != 1) {
        throw new InvalidDataException(
            "Invalid label-from-path: " + pattern + " (must have one group)");
      }
    } catch (PatternSyntaxException e) {
      throw new InvalidDataException(
          "Invalid label-from-path: " + pattern + " (" + e.getDescription() + ")", e);
    }
  }

  private Dataset<Row> withLabel(Dataset<Row> table) {
    String pattern = options.get(LABEL_FROM_PATH);
    if (pattern == null) {
      return table;
    }
    // What does not match becomes a null label, which is reported like any other.
    Column label = functions.regexp_extract(functions.input_file_name(), pattern, 1);
    return table
        .withColumn("label", label)
        .withColumn("label", functions.expr("try_cast(label as int)"));
  }

  private Map<String, String> effectiveOptions() {
    Map<String, String> effective = new LinkedHashMap<>();
    if (format.equalsIgnoreCase("csv")) {
      effective.put("header", "true");
      effective.put("inferSchema", "true");
    }
    options.forEach(
        (key, value) -> {
          effective.keySet().removeIf(key::equalsIgnoreCase);
          effective.put(key, value);
        });
    effective.remove(LABEL_FROM_PATH);
    return effective;
  }

  private void requireExisting(Configuration configuration) {
    try {
      Path pattern = new Path(path);
      FileSystem files = pattern.getFileSystem(configuration);
      var found = files.globStatus(pattern);
      if (found == null || found.length == 0) {
        throw new InvalidDataException(
            "Invalid path: " + path + " (no such file or folder on " + files.getUri() + ")");
      }
    } catch (IOException | IllegalArgumentException e) {
      if (e instanceof InvalidDataException invalid) {
        throw invalid;
      }
      throw unreadable(e);
    }
  }

  private InvalidDataException unreadable(Exception cause) {
    return new InvalidDataException(
        "Failed to read %s as %s: %s".formatted(path, format, Failures.describe(cause)), cause);
  }
}
