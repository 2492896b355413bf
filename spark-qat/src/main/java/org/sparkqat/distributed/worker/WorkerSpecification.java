package org.sparkqat.distributed.worker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sparkqat.data.Augmentation;
import org.sparkqat.distributed.wire.Json;
import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.NetworkDescription;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.SchemeDescription;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Loss;

/**
 * All that a worker must know of a job, fixed from its first step to its last.
 *
 * @param classes number of classes, 0 for regression
 * @param microBatch examples of one shard in one step
 * @param shards number of shards, a power of two
 * @param clipping acts on the gradient of each micro-batch
 * @param threads threads of a task, at least 1; the sums of a gradient, and so its last bits, may
 *     depend on it
 * @param gradients numbers that gradients are multiplied in while training is quantized
 * @param instructionSet the one that all processes must compute with; empty: each its own
 * @param teacher whom the network learns from while it is quantized
 */
public record WorkerSpecification(
    Network network,
    InputNormalization normalization,
    QuantizationScheme scheme,
    Loss loss,
    Clipping clipping,
    List<Augmentation> augmentations,
    int classes,
    int microBatch,
    int shards,
    long seed,
    EngineChoice engine,
    int threads,
    GradientPrecision gradients,
    Optional<String> instructionSet,
    Optional<Teacher> teacher) {

  private static final int VERSION = 5;

  public WorkerSpecification {
    augmentations = List.copyOf(augmentations);
    if (threads < 1) {
      throw new IllegalArgumentException("Invalid threads: " + threads + " (must be at least 1)");
    }
    teacher.ifPresent(model -> model.requireFit(network, classes));
  }

  /** One thread a task, gradients in binary32, with whatever instruction set it has. */
  public WorkerSpecification(
      Network network,
      InputNormalization normalization,
      QuantizationScheme scheme,
      Loss loss,
      Clipping clipping,
      List<Augmentation> augmentations,
      int classes,
      int microBatch,
      int shards,
      long seed,
      EngineChoice engine) {
    this(
        network,
        normalization,
        scheme,
        loss,
        clipping,
        augmentations,
        classes,
        microBatch,
        shards,
        seed,
        engine,
        1,
        GradientPrecision.FLOAT32,
        Optional.empty(),
        Optional.empty());
  }

  /** The same with an instruction set. */
  public WorkerSpecification instructionSet(String name) {
    return with(scheme, Optional.of(name), teacher);
  }

  /** The same with another quantization scheme. */
  public WorkerSpecification scheme(QuantizationScheme other) {
    return with(other, instructionSet, teacher);
  }

  /** The same with a teacher. */
  public WorkerSpecification teacher(Teacher other) {
    return with(scheme, instructionSet, Optional.of(other));
  }

  private WorkerSpecification with(
      QuantizationScheme newScheme, Optional<String> newSet, Optional<Teacher> newTeacher) {
    return new WorkerSpecification(
        network,
        normalization,
        newScheme,
        loss,
        clipping,
        augmentations,
        classes,
        microBatch,
        shards,
        seed,
        engine,
        threads,
        gradients,
        newSet,
        newTeacher);
  }

  /** JSON and a teacher's numbers: executors need no class of the job, no serializer setting. */
  public byte[] encode() {
    byte[] description = description();
    Wire wire =
        Wire.writer(description.length + 8L + teacher.map(Teacher::size).orElse(0L))
            .putBytes(description)
            .putInt(teacher.isPresent() ? 1 : 0);
    teacher.ifPresent(model -> model.write(wire));
    return wire.bytes();
  }

  private byte[] description() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("version", VERSION);
    map.put("name", network.name());
    map.put("input", network.inputShape().dims());
    map.put("layers", NetworkDescription.write(network));
    map.put("offset", normalization.offset());
    map.put("factor", normalization.factor());
    map.put("scheme", SchemeDescription.write(scheme));
    if (loss instanceof Loss.SoftmaxCrossEntropy entropy) {
      map.put("label-smoothing", entropy.labelSmoothing());
    }
    map.put("clipping", List.of(clipping.norm(), clipping.value(), clipping.adaptive()));
    List<Integer> augmentation = new ArrayList<>();
    for (Augmentation each : augmentations) {
      augmentation.add(each instanceof Augmentation.RandomCrop crop ? crop.padding() : 0);
    }
    map.put("augmentations", augmentation);
    map.put("numbers", List.of(classes, microBatch, shards, seed, threads));
    map.put("engine", engine.name());
    map.put("gradients", gradients.name());
    instructionSet.ifPresent(name -> map.put("instruction-set", name));
    return Json.write(map);
  }

  public static WorkerSpecification decode(byte[] bytes) {
    Wire wire = Wire.reader(bytes);
    Map<String, Object> map = Json.read(wire.getBytes());
    if (!Json.<Object>value(map, "version").equals(VERSION)) {
      throw new IllegalArgumentException(
          "Invalid version of a worker's specification: %s (expected %d; driver and executors need the same jar)"
              .formatted(map.get("version"), VERSION));
    }
    Optional<Teacher> teacher =
        wire.getInt() == 1 ? Optional.of(Teacher.read(wire)) : Optional.empty();
    Shape input =
        new Shape(Json.numbers(map, "input").stream().mapToInt(Number::intValue).toArray());
    List<Number> numbers = Json.numbers(map, "numbers");
    Network network =
        NetworkDescription.read(Json.value(map, "name"), input, Json.value(map, "layers"));
    Object smoothing = map.get("label-smoothing");
    List<Number> clip = Json.numbers(map, "clipping");
    return new WorkerSpecification(
        network,
        new InputNormalization(Json.floats(map, "offset"), Json.floats(map, "factor")),
        SchemeDescription.read(Json.<Map<String, Object>>value(map, "scheme")),
        smoothing instanceof Number s
            ? new Loss.SoftmaxCrossEntropy(s.doubleValue())
            : new Loss.MeanSquaredError(network.output().shape().size()),
        new Clipping(
            clip.get(0).doubleValue(), clip.get(1).doubleValue(), clip.get(2).doubleValue()),
        Json.numbers(map, "augmentations").stream().map(WorkerSpecification::augmentation).toList(),
        numbers.get(0).intValue(),
        numbers.get(1).intValue(),
        numbers.get(2).intValue(),
        numbers.get(3).longValue(),
        EngineChoice.valueOf(Json.value(map, "engine")),
        numbers.get(4).intValue(),
        GradientPrecision.valueOf(Json.value(map, "gradients")),
        Optional.ofNullable((String) map.get("instruction-set")),
        teacher);
  }

  private static Augmentation augmentation(Number padding) {
    return padding.intValue() == 0
        ? new Augmentation.HorizontalFlip()
        : new Augmentation.RandomCrop(padding.intValue());
  }
}
