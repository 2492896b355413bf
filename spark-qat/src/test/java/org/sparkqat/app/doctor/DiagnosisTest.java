package org.sparkqat.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DiagnosisTest {

  @Test
  void theTableHasEveryCheckWithItsRemedy() {
    Diagnosis diagnosis =
        new Diagnosis()
            .add("versions", Finding.ok("Java 17"))
            .add("slots", Finding.warning("2 slots", "add executors"))
            .add("output", Finding.fail("cannot write", "choose another path"))
            .add("time", Finding.skipped("needs --config"));
    assertThat(diagnosis.isHealthy()).isFalse();
    assertThat(diagnosis.text())
        .isEqualTo(
            """
            check     result   what was found
            --------  -------  ----------------------
            versions  ok       Java 17
            slots     warning  2 slots
                               -> add executors
            output    fail     cannot write
                               -> choose another path
            time      skipped  needs --config

            The job would fail: 1 failed check, 1 warning.
            """);
  }

  @Test
  void warningsDoNotKeepAJobFromRunning() {
    Diagnosis diagnosis = new Diagnosis().add("slots", Finding.warning("2 slots", "add executors"));
    assertThat(diagnosis.isHealthy()).isTrue();
    assertThat(diagnosis.text()).endsWith("The job can run, 1 warning.\n");
  }

  @Test
  void longFindingsAreWrapped() {
    String text = new Diagnosis().add("a", Finding.ok("word ".repeat(60).strip())).text();
    assertThat(text.lines().mapToInt(String::length).max().orElse(0)).isLessThan(120);
    assertThat(text.split("word", -1)).hasSize(61);
  }

  @Test
  void programsGetTheFiguresToo() {
    Map<String, Object> json =
        new Diagnosis().add("slots", Finding.ok("2 slots").with("slots", 2)).json();
    assertThat(json)
        .containsEntry("healthy", true)
        .containsEntry(
            "checks",
            List.of(
                Map.of(
                    "check", "slots",
                    "result", "ok",
                    "found", "2 slots",
                    "remedy", "",
                    "figures", Map.of("slots", 2))));
  }

  @Test
  void aFailureWithoutARemedyIsRefused() {
    assertThatThrownBy(() -> Finding.fail("broken", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid finding: 'broken' (needs a remedy)");
  }
}
