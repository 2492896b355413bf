package org.sparkqat.app.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.ArithmeticInUse;

class SummaryTest {

  @Test
  void theSummaryHasTheKeysThatEverythingReliesOn() {
    Summary summary =
        new Summary(
            new Summary.Accuracies(
                OptionalDouble.of(0.99),
                OptionalDouble.of(0.98),
                OptionalDouble.of(0.985),
                OptionalDouble.empty()),
            0.05,
            100,
            5,
            12_800,
            8,
            List.of(Map.of("name", "qat")),
            "aa",
            "bb",
            "4.1.0",
            new ArithmeticInUse("onednn", "avx2", Optional.of("no 8-bit sums")),
            "0.1.0",
            Map.of("train", Map.of("storage", "disk")));
    assertThat(summary.json())
        .isEqualTo(
            """
            {
              "floatAccuracy" : 0.99,
              "ptqAccuracy" : 0.98,
              "qatAccuracy" : 0.985,
              "integerAccuracy" : null,
              "loss" : 0.05,
              "steps" : 100,
              "epochs" : 5,
              "examples" : 12800,
              "seconds" : 8.0,
              "examplesPerSecond" : 1600.0,
              "stages" : [ {
                "name" : "qat"
              } ],
              "parametersSha256" : "aa",
              "rangesSha256" : "bb",
              "sparkVersion" : "4.1.0",
              "instructionSet" : "avx2",
              "engine" : "onednn",
              "arithmetic" : "float",
              "arithmeticReason" : "no 8-bit sums",
              "sparkQatVersion" : "0.1.0",
              "data" : {
                "train" : {
                  "storage" : "disk"
                }
              }
            }
            """);
  }
}
