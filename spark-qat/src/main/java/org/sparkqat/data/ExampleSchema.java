package org.sparkqat.data;

import java.util.List;
import java.util.Optional;
import org.sparkqat.tensor.Shape;

/**
 * Which columns of a DataFrame make an example.
 *
 * @param features one column (binary, array of numbers, vector, or Spark's image struct), or
 *     several numeric columns
 * @param label a numeric column: a class from 0 to {@code classes} − 1, or the target of a
 *     regression
 * @param key a column that identifies an example and places it in a shard; without one, the content
 *     of the example does
 * @param shape of the features: [C, H, W] for images, or [F]
 * @param classes how many classes there are, at least 2; or 0 for regression
 */
public record ExampleSchema(
    List<String> features, String label, Optional<String> key, Shape shape, int classes) {

  public ExampleSchema {
    features = List.copyOf(features);
    if (features.isEmpty() || features.stream().anyMatch(String::isBlank)) {
      throw new InvalidDataException(
          "Invalid features: " + features + " (must name one column or more)");
    }
    if (label.isBlank()) {
      throw new InvalidDataException("Invalid label: '' (must name a column)");
    }
    if (classes != 0 && classes < 2) {
      throw new InvalidDataException(
          "Invalid classes: " + classes + " (allowed: 0 for regression, or at least 2)");
    }
    if (shape.rank() != 1 && shape.rank() != 3) {
      throw new InvalidDataException("Invalid shape: " + shape + " (must be [C, H, W] or [F])");
    }
    if (features.size() > 1 && features.size() != shape.size()) {
      throw new InvalidDataException(
          "Invalid features: %d columns (shape %s needs %d)"
              .formatted(features.size(), shape, shape.size()));
    }
  }

  /** Examples with all features in one column, identified by their content. */
  public static ExampleSchema of(String features, String label, Shape shape, int classes) {
    return new ExampleSchema(List.of(features), label, Optional.empty(), shape, classes);
  }

  /** Whether the label is the target of a regression rather than a class. */
  public boolean isRegression() {
    return classes == 0;
  }

  /** The features as messages name them. */
  String featureNames() {
    return features.size() == 1
        ? "'" + features.get(0) + "'"
        : "'%s' … '%s'".formatted(features.get(0), features.get(features.size() - 1));
  }
}
