package org.sparkqat.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.sparkqat.app.output.Summary.Accuracies;
import org.sparkqat.app.report.AccuracyTable.Measure;

class AccuracyTableTest {

  @Test
  void accuraciesComeWithTheirDifferenceToFloatInPoints() {
    Accuracies accuracies =
        new Accuracies(
            OptionalDouble.of(0.9912),
            OptionalDouble.of(0.9733),
            OptionalDouble.of(0.992),
            OptionalDouble.empty());
    assertThat(AccuracyTable.text(accuracies, Measure.ACCURACY))
        .isEqualTo(
            """
            network                      accuracy  against float
            ---------------------------  --------  -------------
            float                         99.12 %
            post-training quantization    97.33 %   -1.79 points
            quantization-aware training   99.20 %   +0.08 points
            """);
  }

  @Test
  void aRegressionHasNoPoints() {
    Accuracies accuracies =
        new Accuracies(
            OptionalDouble.of(0.98),
            OptionalDouble.empty(),
            OptionalDouble.of(0.975),
            OptionalDouble.of(0.9749));
    assertThat(AccuracyTable.text(accuracies, Measure.R_SQUARED))
        .isEqualTo(
            """
            network                          R²  against float
            ---------------------------  ------  -------------
            float                        0.9800
            post-training quantization        -
            quantization-aware training  0.9750        -0.0050
            integer only                 0.9749        -0.0051
            """);
  }
}
