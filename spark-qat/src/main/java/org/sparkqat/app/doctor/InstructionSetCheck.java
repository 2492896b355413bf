package org.sparkqat.app.doctor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.sparkqat.distributed.cluster.ExecutorFacts;
import org.sparkqat.engine.EngineChoice;

/**
 * Whether all that compute have one instruction set: with two of them, the result depends on which
 * executor computes which shard, so that a training refuses to start.
 *
 * @param wanted what the job limits them to; empty: what all have
 */
record InstructionSetCheck(
    ExecutorFacts driver,
    List<ExecutorFacts> executors,
    Optional<String> wanted,
    EngineChoice engine)
    implements Check {

  private static final String NONE = "none";

  InstructionSetCheck {
    executors = List.copyOf(executors);
  }

  @Override
  public Finding find() {
    Map<String, Long> counts =
        executors.stream()
            .collect(
                Collectors.groupingBy(
                    InstructionSetCheck::name, TreeMap::new, Collectors.counting()));
    return judged(counts).with("driver", name(driver)).with("executors", counts);
  }

  private static String name(ExecutorFacts process) {
    return process.instructionSet().orElse(NONE);
  }

  private Finding judged(Map<String, Long> counts) {
    if (counts.isEmpty()) {
      return Finding.skipped("no executor to look at");
    }
    if (engine == EngineChoice.REFERENCE) {
      return Finding.ok("plain Java everywhere, as training.engine says");
    }
    Optional<ExecutorFacts> without =
        executors.stream()
            .filter(each -> wanted.isPresent() && !name(each).equals(wanted.get()))
            .findFirst();
    if (without.isPresent()) {
      return Finding.fail(
          "%s has %s, training.instruction-set wants %s"
              .formatted(without.get(), name(without.get()), wanted.get()),
          "set training.instruction-set to one that all executors have, or keep that host out");
    }
    if (counts.size() > 1) {
      String text =
          counts.entrySet().stream()
              .map(each -> "%s on %d".formatted(each.getKey(), each.getValue()))
              .collect(Collectors.joining(", "));
      return Finding.fail(
          "the executors differ: " + text,
          "set training.instruction-set to the one that all of them have, or use machines of one"
              + " kind");
    }
    String theirs = counts.keySet().iterator().next();
    if (!theirs.equals(name(driver))) {
      return Finding.ok(
          "%s on all executors; %s on the driver, which computes no step"
              .formatted(theirs, name(driver)));
    }
    return Finding.ok(theirs + " on driver and executors");
  }
}
