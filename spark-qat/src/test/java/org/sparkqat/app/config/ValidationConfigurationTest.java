package org.sparkqat.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkqat.data.DataSource;
import org.sparkqat.data.ExampleSource;
import org.sparkqat.data.Portion;

class ValidationConfigurationTest {

  private static DataConfiguration data(String... overrides) {
    return Configurations.job(overrides).data();
  }

  @Test
  void withoutTheGroupNothingIsHeldOut() {
    assertThat(data().validationExamples()).isEmpty();
    assertThat(data().trainingExamples()).isEqualTo(ExampleSource.all(data().train()));
  }

  @Test
  void aShareIsHeldOutOfTheTrainingRows() {
    DataConfiguration data = data("data.validation.share=0.1");
    assertThat(data.validationExamples())
        .contains(new ExampleSource(data.train(), Portion.heldOut(0.1)));
    assertThat(data.trainingExamples())
        .isEqualTo(new ExampleSource(data.train(), Portion.withoutHeldOut(0.1)));
    assertThat(data.testExamples()).isEqualTo(ExampleSource.all(data.test()));
  }

  @Test
  void aPathNamesRowsOfTheirOwn() {
    DataConfiguration data =
        data("data.validation={path: v.csv, format: csv, options: {header: false}}");
    assertThat(data.validationExamples())
        .contains(ExampleSource.all(new DataSource("v.csv", "csv", Map.of("header", "false"))));
    assertThat(data.trainingExamples()).isEqualTo(ExampleSource.all(data.train()));
  }

  @Test
  void whatIsResolvedSaysTheSame() {
    for (String group : new String[] {"{share: 0.25}", "{path: v.parquet}"}) {
      ConfigurationText text =
          Configurations.read(Configurations.MINIMAL, "data.validation=" + group);
      assertThat(Configurations.read(text.resolved()).job()).isEqualTo(text.job());
    }
  }

  /** Where the rows lie does not decide the result, but that there are some. */
  @Test
  void aRunGoesOnOnlyWithTheSameShareOrWithRowsOfTheirOwn() {
    Map<String, String> none = fingerprint("data.classes=10");
    Map<String, String> share = fingerprint("data.validation.share=0.1");
    Map<String, String> rows = fingerprint("data.validation.path=v.parquet");
    assertThat(share).isNotEqualTo(none).isNotEqualTo(fingerprint("data.validation.share=0.2"));
    assertThat(rows)
        .isNotEqualTo(none)
        .isNotEqualTo(share)
        .isEqualTo(fingerprint("data.validation={path: moved.orc, format: orc}"));
  }

  private static Map<String, String> fingerprint(String override) {
    return Configurations.read(Configurations.MINIMAL, override).fingerprint();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data.validation={}|Missing key: data.validation.path (required; or share, to hold out"
            + " training rows)",
        "data.validation.format=csv|Missing key: data.validation.path (required; or share, to hold"
            + " out training rows)",
        "data.validation={path: v.csv, share: 0.1}|Invalid data.validation.share: beside path"
            + " (either share, which holds out training rows, or path, which names rows of their"
            + " own)",
        "data.validation.share=0|Invalid data.validation.share: 0 (allowed: above 0, below 1)",
        "data.validation.share=1|Invalid data.validation.share: 1 (allowed: above 0, below 1)",
        "data.validation.share=ten|Invalid data.validation.share: ten (allowed: number, above 0,"
            + " below 1)",
        "data.validation.share=1e-20|Invalid share: 1.0E-20 (allowed: above 0, below 1, and not"
            + " less than 1e-16)",
        "data.validation={share: 0.1, format: csv}|Unknown key: data.validation.format",
        "data.validation=0.1|Invalid data.validation: 0.1 (allowed: a group of keys)",
      })
  void mistakesAreNamed(String override, String message) {
    assertThatThrownBy(() -> data(override))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(message);
  }
}
