package org.sparkqat.distributed.cluster;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.sparkqat.distributed.wire.Json;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.ArithmeticInUse;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.Engines;
import org.sparkqat.engine.Kernels;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;

/**
 * What a process of Spark says of itself.
 *
 * @param id Spark's name of the executor; {@code driver}
 * @param java version
 * @param platform operating system and processor, as Java names them
 * @param heapBytes most that the heap can grow to
 * @param physicalBytes memory of the machine, or of the container where Java knows it
 * @param instructionSet of oneDNN; empty: its natives do not load
 * @param nativeProblem why they do not load
 * @param obstacle why the job's quantized steps run in float32; empty also when they do not
 * @param connectionProblem why the driver cannot be reached; empty also when it was not tried
 */
public record ExecutorFacts(
    String id,
    String host,
    String java,
    String platform,
    long heapBytes,
    long physicalBytes,
    Optional<String> instructionSet,
    Optional<String> nativeProblem,
    Optional<String> obstacle,
    Optional<String> connectionProblem) {

  /**
   * Looks at this process.
   *
   * @param job whose network and kernels are tried, limited to its instruction set
   */
  static ExecutorFacts here(
      String id, String host, Optional<WorkerSpecification> job, Optional<String> connection) {
    job.flatMap(WorkerSpecification::instructionSet).ifPresent(Engines::limit);
    Optional<String> problem = Optional.empty();
    Optional<String> instructionSet = Optional.empty();
    try (Kernels kernels = Engines.open(EngineChoice.ONEDNN)) {
      instructionSet = Optional.of(kernels.instructionSet());
    } catch (UnsupportedOperationException e) {
      problem = Optional.of(String.valueOf(e.getMessage()));
    }
    return new ExecutorFacts(
        id,
        host,
        System.getProperty("java.version", ""),
        System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""),
        Runtime.getRuntime().maxMemory(),
        machineBytes(),
        instructionSet,
        problem,
        job.flatMap(ExecutorFacts::obstacle),
        connection);
  }

  private static Optional<String> obstacle(WorkerSpecification job) {
    try (Kernels kernels = Engines.open(job.engine(), job.threads())) {
      QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(job.network()), job.scheme());
      return ArithmeticInUse.of(kernels, graph, job.normalization()).obstacle();
    } catch (UnsupportedOperationException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static long machineBytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }

  /** JSON, so that the result of a task needs no serializer of its own. */
  byte[] encode() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", id);
    map.put("host", host);
    map.put("java", java);
    map.put("platform", platform);
    map.put("heap", heapBytes);
    map.put("physical", physicalBytes);
    instructionSet.ifPresent(text -> map.put("instructionSet", text));
    nativeProblem.ifPresent(text -> map.put("nativeProblem", text));
    obstacle.ifPresent(text -> map.put("obstacle", text));
    connectionProblem.ifPresent(text -> map.put("connectionProblem", text));
    return Json.write(map);
  }

  static ExecutorFacts decode(byte[] bytes) {
    Map<String, Object> map = Json.read(bytes);
    return new ExecutorFacts(
        text(map, "id").orElse(""),
        text(map, "host").orElse(""),
        text(map, "java").orElse(""),
        text(map, "platform").orElse(""),
        number(map, "heap"),
        number(map, "physical"),
        text(map, "instructionSet"),
        text(map, "nativeProblem"),
        text(map, "obstacle"),
        text(map, "connectionProblem"));
  }

  private static Optional<String> text(Map<String, Object> map, String key) {
    return Optional.ofNullable(map.get(key)).map(String::valueOf);
  }

  private static long number(Map<String, Object> map, String key) {
    return map.get(key) instanceof Number number ? number.longValue() : 0;
  }

  @Override
  public String toString() {
    return id.equals("driver") ? "driver" : "executor " + id + " on " + host;
  }
}
