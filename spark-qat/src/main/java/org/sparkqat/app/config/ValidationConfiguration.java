package org.sparkqat.app.config;

import java.util.Optional;
import org.sparkqat.data.DataSource;
import org.sparkqat.data.ExampleSource;
import org.sparkqat.data.Portion;

/** Group {@code data.validation}: the examples that decisions are taken on. */
public sealed interface ValidationConfiguration {

  /** The examples that decisions are taken on. */
  ExampleSource examples(DataSource train);

  /** The examples that are trained on. */
  ExampleSource training(DataSource train);

  /** The share of the training rows that is held out, in [0, 1). */
  double heldOut();

  /** Where its rows are, if they are rows of their own. */
  Optional<DataSource> rows();

  /** Rows of their own. */
  record Rows(DataSource source) implements ValidationConfiguration {
    @Override
    public ExampleSource examples(DataSource train) {
      return ExampleSource.all(source);
    }

    @Override
    public ExampleSource training(DataSource train) {
      return ExampleSource.all(train);
    }

    @Override
    public double heldOut() {
      return 0;
    }

    @Override
    public Optional<DataSource> rows() {
      return Optional.of(source);
    }
  }

  /**
   * Training rows that are held out.
   *
   * @param share of them, in (0, 1)
   */
  record Share(double share) implements ValidationConfiguration {
    public Share {
      // Refuses what is none.
      Portion.heldOut(share);
    }

    @Override
    public ExampleSource examples(DataSource train) {
      return new ExampleSource(train, Portion.heldOut(share));
    }

    @Override
    public ExampleSource training(DataSource train) {
      return new ExampleSource(train, Portion.withoutHeldOut(share));
    }

    @Override
    public double heldOut() {
      return share;
    }

    @Override
    public Optional<DataSource> rows() {
      return Optional.empty();
    }
  }

  /** Reads the group; empty when it is wrong, which is reported. */
  static Optional<ValidationConfiguration> read(Section section) {
    Optional<Double> share = section.optional("share", new Kind.Real(Bounds.inside(0, 1)));
    if (!section.has("share") && !section.has("path")) {
      section.problem(
          "path",
          "Missing key: %s (required; or share, to hold out training rows)"
              .formatted(section.path("path")));
      return Optional.empty();
    }
    if (!section.has("share")) {
      return Optional.of(new Rows(DataConfiguration.source(section)));
    }
    if (section.has("path")) {
      DataConfiguration.source(section);
      section.problem(
          "share",
          "Invalid %s: beside path (either share, which holds out training rows, or path, which names rows of their own)"
              .formatted(section.path("share")));
    }
    return share.flatMap(value -> section.checked("share", () -> new Share(value)));
  }
}
