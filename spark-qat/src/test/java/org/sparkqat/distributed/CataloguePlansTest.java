package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;

/** Which schemes of the catalogue need the plan in Java's memory, which is slower. */
class CataloguePlansTest {

  @Test
  void onlyScalesOfChannelsOfActivationsAndIntegerTrueArithmeticDo() {
    Network network = TinyJob.network();
    PlanSettings settings = new PlanSettings(4, Arithmetic.QUANTIZED, Normalization.RUNNING);
    Set<String> inJava = new TreeSet<>();
    try (Kernels kernels = Engines.open(EngineChoice.ONEDNN)) {
      assumeTrue(kernels.instructionSet().startsWith("avx512"), "others compute all in Java");
      SchemeCatalogue.schemes()
          .forEach(
              (name, scheme) -> {
                QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), scheme);
                kernels
                    .plan(graph, InputNormalization.identity(1), settings)
                    .ifPresentOrElse(Plan::close, () -> inJava.add(name));
              });
    }
    assertThat(inJava)
        .containsExactly(
            "histograms per channel",
            "integer-true fixed-point-double",
            "integer-true fixed-point-single",
            "integer-true float-half-even",
            "learned scales and offsets per channel");
  }
}
