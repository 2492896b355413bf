package org.sparkqat.distributed.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;

/** Sees to it that all processes of a job compute with one instruction set. */
public final class InstructionSets {

  private static final String REMEDY =
      "(set training.instruction-set to one that all executors have, or keep that host out)";

  private InstructionSets() {}

  /**
   * Opens the kernels of a job in this process, which is limited to the job's instruction set.
   *
   * @throws DifferentInstructionSetException when this process has another one
   */
  public static Kernels open(WorkerSpecification job) {
    if (job.instructionSet().isEmpty() || job.engine() == EngineChoice.REFERENCE) {
      return Engines.open(job.engine(), job.threads());
    }
    String wanted = job.instructionSet().get();
    Engines.limit(wanted);
    Kernels kernels = Engines.open(job.engine(), job.threads());
    String found = kernels.instructionSet();
    if (!found.equals(wanted)) {
      kernels.close();
      throw new DifferentInstructionSetException(
          "Cannot compute on executor %s: its instruction set is %s, that of the job is %s %s"
              .formatted(place(), found, wanted, REMEDY));
    }
    return kernels;
  }

  /**
   * The instruction set of all executors that are there now; one that comes later is limited to it,
   * or refused.
   *
   * @throws DifferentInstructionSetException when they differ and the job does not say what to use
   */
  public static String agreed(JavaSparkContext context, WorkerSpecification job) {
    byte[] specification = job.encode();
    int slots = Math.max(SparkInternals.slots(context.sc()), 1);
    List<String> answers =
        context
            .parallelize(IntStream.range(0, slots).boxed().toList(), slots)
            .mapPartitions(
                part -> List.of(found(WorkerSpecification.decode(specification))).iterator())
            .collect();
    Map<String, List<String>> places = new TreeMap<>();
    for (String answer : answers) {
      String[] words = answer.split("\t", 2);
      List<String> known = places.computeIfAbsent(words[0], name -> new ArrayList<>());
      if (!known.contains(words[1])) {
        known.add(words[1]);
      }
    }
    if (places.size() > 1) {
      throw new DifferentInstructionSetException(
          "Cannot train on executors with different instruction sets: %s %s"
              .formatted(
                  places.entrySet().stream()
                      .map(each -> each.getKey() + " on executor " + each.getValue().get(0))
                      .collect(Collectors.joining(", ")),
                  REMEDY));
    }
    return places.keySet().iterator().next();
  }

  private static String found(WorkerSpecification job) {
    try (Kernels kernels = open(job)) {
      return kernels.instructionSet() + "\t" + place();
    }
  }

  private static String place() {
    return SparkEnv.get().executorId() + " at " + SparkInternals.host();
  }
}
