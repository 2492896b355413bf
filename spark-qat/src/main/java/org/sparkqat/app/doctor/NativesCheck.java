package org.sparkqat.app.doctor;

import java.util.List;
import org.sparkqat.distributed.cluster.ExecutorFacts;
import org.sparkqat.engine.EngineChoice;

/** Whether oneDNN's native libraries load in every process that computes. */
record NativesCheck(List<ExecutorFacts> executors, EngineChoice engine) implements Check {

  NativesCheck {
    executors = List.copyOf(executors);
  }

  @Override
  public Finding find() {
    List<ExecutorFacts> without =
        executors.stream().filter(each -> each.nativeProblem().isPresent()).toList();
    Finding finding = judged(without);
    return finding.with("without", without.stream().map(ExecutorFacts::toString).toList());
  }

  private Finding judged(List<ExecutorFacts> without) {
    if (executors.isEmpty()) {
      return Finding.skipped("no executor to look at");
    }
    if (engine == EngineChoice.REFERENCE) {
      return Finding.warning(
          "not used: training.engine is reference, which is many times slower",
          "set training.engine to auto");
    }
    if (without.isEmpty()) {
      return Finding.ok("oneDNN loads on every executor");
    }
    ExecutorFacts first = without.get(0);
    String found =
        "oneDNN does not load on %d of %d (%s, %s): %s"
            .formatted(
                without.size(),
                executors.size(),
                first,
                first.platform(),
                first.nativeProblem().orElse(""));
    if (engine == EngineChoice.ONEDNN) {
      return Finding.fail(
          found,
          "add the natives of that platform to --jars (CONTRIBUTING.md), or use engine: auto");
    }
    return without.size() == executors.size()
        ? Finding.warning(
            found + "; kernels in Java, many times slower, take its place",
            "add the natives of that platform to --jars (CONTRIBUTING.md)")
        : Finding.fail(
            found + "; the others have other kernels, and so other bits",
            "use machines of one kind, or engine: reference");
  }
}
