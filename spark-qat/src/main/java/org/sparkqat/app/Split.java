package org.sparkqat.app;

import java.util.Locale;
import org.sparkqat.app.config.DataConfiguration;
import org.sparkqat.data.ExampleSource;

/** The examples of a run that a command can be told to take. */
enum Split {
  TRAIN,
  VALIDATION,
  TEST;

  /** Where a run has them. */
  ExampleSource examples(DataConfiguration data) {
    return switch (this) {
      case TRAIN -> data.trainingExamples();
      case VALIDATION ->
          data.validationExamples()
              .orElseThrow(
                  () ->
                      new WrongUsageException(
                          "Invalid --split: validation (the run has no data.validation; allowed: train, test)"));
      case TEST -> data.testExamples();
    };
  }

  /** What bits are chosen on. */
  static Split deciding(DataConfiguration data) {
    return data.validation().isPresent() ? VALIDATION : TRAIN;
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
