package org.sparkqat.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class ExaminationTest {

  private static Map<String, Finding> findings(Examination examination, Optional<String> refusal) {
    Diagnosis diagnosis = examination.run(refusal, new Configuration(false));
    assertThat(diagnosis.isHealthy()).isFalse();
    return diagnosis.findings();
  }

  private static Examination.Session mustNotStart() {
    throw new AssertionError("Spark was started");
  }

  private static Examination.Session cannotStart() {
    throw new IllegalArgumentException("Could not parse Master URL: 'nowhere'");
  }

  @Test
  void aSparkThatIsRefusedIsNotStarted() {
    Map<String, Finding> findings =
        findings(
            new Examination(Optional.empty(), ExaminationTest::mustNotStart, Throwable::getMessage),
            Optional.of("Unsupported Spark: 4.0.0 (use 4.0.1 or later; see SPARK-52259)"));
    assertThat(findings.get("versions").status()).isEqualTo(Status.FAIL);
    assertThat(findings.get("versions").detail()).contains("SPARK-52259");
    findings.remove("versions");
    assertThat(findings).hasSize(12);
    assertThat(findings.values()).allMatch(each -> each.status() == Status.SKIPPED);
  }

  @Test
  void aSparkThatDoesNotStartIsOneFailedCheck() {
    Map<String, Finding> findings =
        findings(
            new Examination(Optional.empty(), ExaminationTest::cannotStart, Throwable::getMessage),
            Optional.empty());
    assertThat(findings.get("versions").status()).isNotEqualTo(Status.FAIL);
    assertThat(findings.get("spark context").detail())
        .isEqualTo("Spark does not start: Could not parse Master URL: 'nowhere'");
    assertThat(findings.get("slots").status()).isEqualTo(Status.SKIPPED);
  }
}
