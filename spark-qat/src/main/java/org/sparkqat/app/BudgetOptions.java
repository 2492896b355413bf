package org.sparkqat.app;

import org.jspecify.annotations.Nullable;
import org.sparkqat.analysis.Budget;
import picocli.CommandLine.Option;

/** What a network may cost; one of the options. */
final class BudgetOptions {

  @Option(
      names = "--budget-bytes",
      paramLabel = "N",
      description = "Bytes of the quantized network, as inspect counts them.")
  private @Nullable Long bytes;

  @Option(
      names = "--budget-bops",
      paramLabel = "N",
      description = {
        "Bit operations of one example: products times bits of weights times bits of input.",
        "The bits of activations are chosen too, unless --activation-bits says them."
      })
  private @Nullable Long bitOperations;

  @Option(
      names = "--average-bits",
      paramLabel = "B",
      description = "Mean bits of a weight, e.g. 4 or 3.5.")
  private @Nullable Double averageBits;

  Budget budget() {
    if (bytes != null) {
      return new Budget(Budget.Kind.BYTES, bytes);
    }
    if (bitOperations != null) {
      return new Budget(Budget.Kind.BIT_OPERATIONS, bitOperations);
    }
    return Budget.ofAverageBits(averageBits == null ? 0 : averageBits);
  }
}
