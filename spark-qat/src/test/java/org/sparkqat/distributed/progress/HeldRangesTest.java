package org.sparkqat.distributed.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sparkqat.training.RangeReport.Held;

class HeldRangesTest {

  @Test
  void theWarningNamesLayerStepAndRemedy() {
    assertThat(HeldRanges.message(new Held("conv2", "weights", 1e-6, 0.001, 1.5), 12))
        .isEqualTo(
            "Learned range of the weights of layer 'conv2' collapses at step 12: 1.00e-06, values"
                + " up to 1.50 (held at 0.00100; lower quantization.learned-ranges.learning-rate or"
                + " set quantization.learned-ranges.clip-norm)");
  }
}
