package org.sparkqat.app.doctor;

import java.util.List;
import java.util.Optional;
import org.sparkqat.distributed.cluster.ExecutorFacts;

/** Which arithmetic the quantized steps of a job will be computed with. */
record ArithmeticCheck(List<ExecutorFacts> executors) implements Check {

  ArithmeticCheck {
    executors = List.copyOf(executors);
  }

  @Override
  public Finding find() {
    if (executors.isEmpty()) {
      return Finding.skipped("no executor to look at");
    }
    Optional<ExecutorFacts> slow =
        executors.stream().filter(each -> each.obstacle().isPresent()).findFirst();
    if (slow.isEmpty()) {
      return Finding.ok("integer: 8-bit codes with 32-bit sums in oneDNN")
          .with("arithmetic", "integer");
    }
    String reason = slow.get().obstacle().orElse("");
    return Finding.warning(
            "float at least in part, with the same result up to rounding, but slower: " + reason,
            "nothing, if the time is fine; else see spark-qat/docs/performance.md")
        .with("arithmetic", "float")
        .with("reason", reason);
  }
}
