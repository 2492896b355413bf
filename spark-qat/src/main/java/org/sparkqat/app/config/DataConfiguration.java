package org.sparkqat.app.config;

import java.util.List;
import java.util.Optional;
import org.sparkqat.data.DataSource;
import org.sparkqat.data.ExampleSchema;
import org.sparkqat.data.ExampleSource;
import org.sparkqat.data.ShardStorage;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.tensor.Shape;

/**
 * Group {@code data}: the examples, and how a row becomes an example.
 *
 * @param validation what decisions are taken on; empty: the test data
 * @param features one column of images or numbers, or several numeric columns
 * @param key column that identifies an example; empty: its content does
 * @param classes 0 for regression
 * @param mean one number, or one a channel, in units of {@code unit}
 * @param std one number, or one a channel, above 0
 * @param unit raw value that counts as 1; 255 for images, 1 for vectors unless given
 * @param storage where prepared examples lie; changes speed and memory, never the result
 */
public record DataConfiguration(
    DataSource train,
    DataSource test,
    Optional<ValidationConfiguration> validation,
    List<String> features,
    String label,
    Optional<String> key,
    Shape shape,
    int classes,
    List<Double> mean,
    List<Double> std,
    double unit,
    ShardStorage storage) {

  private static final int MAX_CLASSES = 65_536;
  private static final double IMAGE_UNIT = 255;
  private static final Kind<String> PATH =
      new Kind.Text("file, folder or glob pattern on any Hadoop file system");
  private static final Kind<String> FORMAT = new Kind.Text("name of a Spark data source");
  private static final Kind<String> COLUMN = new Kind.Text("name of a column");

  public DataConfiguration {
    features = List.copyOf(features);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
  }

  static DataConfiguration read(Section section) {
    DataSource train = source(section.group("train"));
    DataSource test = source(section.group("test"));
    Optional<ValidationConfiguration> validation =
        section.optionalGroup("validation").flatMap(ValidationConfiguration::read);
    List<String> features = section.requiredValues("features", COLUMN, List.of("?"));
    String label = section.required("label", COLUMN, "?");
    Optional<String> key = section.optional("key", COLUMN);
    Shape shape = shape(section);
    if (features.size() > 1 && features.size() != shape.size()) {
      section.problem(
          "features",
          "Invalid %s: %d columns (data.shape %s needs %d, or one column)"
              .formatted(section.path("features"), features.size(), shape, shape.size()));
    }
    return new DataConfiguration(
        train,
        test,
        validation,
        features,
        label,
        key,
        shape,
        classes(section),
        perChannel(section, "mean", 0, shape, Bounds.any()),
        perChannel(section, "std", 1, shape, Bounds.above(0)),
        section.real("unit", shape.rank() == 3 ? IMAGE_UNIT : 1, Bounds.above(0)),
        section.choice("storage", ShardStorage.AUTO));
  }

  static DataSource source(Section section) {
    return new DataSource(
        section.required("path", PATH, "?"),
        section.value("format", FORMAT, "parquet"),
        section.texts("options", "group of the data source's options"));
  }

  private static Shape shape(Section section) {
    Kind<Long> size = new Kind.Whole(Bounds.between(1, Integer.MAX_VALUE));
    List<Long> sizes = section.requiredValues("shape", size, List.of(1L));
    if (sizes.size() != 1 && sizes.size() != 3) {
      section.conflict("shape", "allowed: [channels, height, width] or [features]");
    }
    int[] dims = sizes.stream().mapToInt(Math::toIntExact).toArray();
    return section.checked("shape", () -> new Shape(dims)).orElse(new Shape(1));
  }

  private static int classes(Section section) {
    Kind<Long> count = new Kind.Whole(Bounds.between(0, MAX_CLASSES));
    int classes = Math.toIntExact(section.required("classes", count, 0L));
    if (classes == 1) {
      section.conflict("classes", "allowed: 0 for regression, or 2 to " + MAX_CLASSES);
    }
    return classes;
  }

  private static List<Double> perChannel(
      Section section, String key, double fallback, Shape shape, Bounds bounds) {
    List<Double> values = section.values(key, new Kind.Real(bounds), List.of(fallback));
    if (values.size() == 1 || values.size() == shape.channels()) {
      return values;
    }
    if (!values.isEmpty()) {
      section.problem(
          key,
          "Invalid %s: %d numbers (allowed: 1, or one for each of %d channels)"
              .formatted(section.path(key), values.size(), shape.channels()));
    }
    return List.of(fallback);
  }

  /** What is trained on: {@code train}, without what is held out of it. */
  public ExampleSource trainingExamples() {
    return validation.map(each -> each.training(train)).orElseGet(() -> ExampleSource.all(train));
  }

  /** What decisions are taken on, if not on the test data. */
  public Optional<ExampleSource> validationExamples() {
    return validation.map(each -> each.examples(train));
  }

  /** What accuracies are reported of. */
  public ExampleSource testExamples() {
    return ExampleSource.all(test);
  }

  /** Which columns make an example. */
  public ExampleSchema schema() {
    return new ExampleSchema(features, label, key, shape, classes);
  }

  /** How many outputs a network for this data has. */
  public int outputs() {
    return classes == 0 ? 1 : classes;
  }

  public boolean isRegression() {
    return classes == 0;
  }

  /** The model's first operation. */
  public InputNormalization normalization() {
    return InputNormalization.of(shape, unit, array(mean), array(std));
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(d -> d).toArray();
  }
}
