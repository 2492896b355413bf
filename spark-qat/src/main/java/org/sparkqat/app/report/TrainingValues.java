package org.sparkqat.app.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.sparkqat.app.config.DistillationConfiguration;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.config.TrainingConfiguration;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.training.GradientClipping;
import org.sparkqat.training.Preparation;
import org.sparkqat.training.Stage;

/**
 * How a job trains, as values of JSON: names are those of the configuration, and what is off is not
 * there.
 */
final class TrainingValues {

  static final String STAGES = "stages";
  static final String WEIGHT_BITS = "weightBits";
  static final String ACTIVATION_BITS = "activationBits";

  private static final String FLOAT = "float";

  private final JobConfiguration job;
  private final TrainingConfiguration training;
  private final BlockGraph blocks;

  private TrainingValues(JobConfiguration job) {
    this.job = job;
    this.training = job.training();
    this.blocks = BlockGraph.of(job.network());
  }

  static Map<String, Object> of(JobConfiguration job) {
    return new TrainingValues(job).values();
  }

  private Map<String, Object> values() {
    Map<String, Object> values = new LinkedHashMap<>();
    List<Map<String, Object>> stages = new ArrayList<>();
    for (int i = 0; i < training.stages().count(); i++) {
      stages.add(stage(i));
    }
    values.put(STAGES, stages);
    job.quantization().preset().ifPresent(name -> values.put("preset", name));
    job.model().weights().ifPresent(path -> values.put("startsFrom", path));
    putMixed(values);
    putLearnedRanges(values);
    putClipping(values, training.clipping());
    training.distillation().ifPresent(taught -> putDistillation(values, taught));
    training.average().ifPresent(average -> values.put("averageDecay", average.decay()));
    putIf(values, "equalizeWeights", training.preparations().contains(Preparation.EQUALIZATION));
    putIf(values, "correctBias", training.preparations().contains(Preparation.BIAS_CORRECTION));
    training.watch().ifPresent(watch -> values.put("oscillations", StageValues.of(watch)));
    return values;
  }

  private static void putIf(Map<String, Object> values, String key, boolean isOn) {
    if (isOn) {
      values.put(key, true);
    }
  }

  private Map<String, Object> stage(int index) {
    Stage stage = training.stages().get(index);
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("name", stage.name());
    values.put("epochs", stage.epochs());
    values.put(WEIGHT_BITS, stage.isQuantized() ? weightBits(graph(stage)) : List.of(FLOAT));
    values.put(
        ACTIVATION_BITS, stage.isQuantized() ? activationBits(graph(stage)) : List.of(FLOAT));
    values.put("learningRate", StageValues.of(stage.learningRate()));
    if (stage.learningRateFactor() != 1) {
      values.put("learningRateFactor", stage.learningRateFactor());
    }
    if (training.stages().calibrates(index)) {
      values.put("calibrationSteps", training.calibrationSteps());
    }
    if (stage.isQuantized()) {
      values.putAll(StageValues.freezes(stage, job.quantization().ranges()));
      StageValues.of(stage.share()).ifPresent(share -> values.put("quantizedWeights", share));
    }
    putIf(values, "reEstimateBatchNorm", stage.reEstimates());
    stage.gate().ifPresent(gate -> values.put("gate", StageValues.of(gate)));
    return values;
  }

  private QuantizedGraph graph(Stage stage) {
    return QuantizedGraph.of(blocks, stage.scheme());
  }

  private List<Object> weightBits(QuantizedGraph graph) {
    if (job.quantization().mixed().isPresent()) {
      return List.of("mixed");
    }
    return bits(
        graph.weights().stream().flatMap(Optional::stream).map(WeightQuantizer::bits),
        isReal(graph, Part.WEIGHTS));
  }

  private List<Object> activationBits(QuantizedGraph graph) {
    return bits(
        graph.points().stream().map(QuantizationPoint::quantizer).map(each -> each.bits()),
        graph.input().isEmpty() || isReal(graph, Part.ACTIVATIONS));
  }

  private boolean isReal(QuantizedGraph graph, Part part) {
    List<Block> all = blocks.blocks();
    return all.stream().anyMatch(block -> graph.realParts(block).contains(part));
  }

  /** Each number of bits once, and a word if something stays float. */
  private static List<Object> bits(Stream<Integer> all, boolean isReal) {
    List<Object> bits = new ArrayList<>(new TreeSet<>(all.toList()));
    if (isReal) {
      bits.add(FLOAT);
    }
    return bits;
  }

  private void putMixed(Map<String, Object> values) {
    job.quantization()
        .mixed()
        .ifPresent(
            search -> {
              Map<String, Object> group = new LinkedHashMap<>();
              group.put("averageBits", search.averageBits());
              group.put("candidates", search.candidates());
              group.put("examples", search.examples());
              values.put("mixed", group);
            });
  }

  private void putLearnedRanges(Map<String, Object> values) {
    boolean learns =
        training.stages().all().stream()
            .anyMatch(stage -> stage.isQuantized() && graph(stage).learnsRanges());
    if (learns) {
      values.put("learnedRanges", StageValues.of(job.quantization().ranges()));
    }
  }

  private static void putClipping(Map<String, Object> values, GradientClipping clipping) {
    if (!clipping.equals(GradientClipping.NONE)) {
      Map<String, Object> group = new LinkedHashMap<>();
      StageValues.putIfOn(group, "shardNorm", clipping.shard().norm());
      StageValues.putIfOn(group, "value", clipping.shard().value());
      StageValues.putIfOn(group, "adaptive", clipping.shard().adaptive());
      StageValues.putIfOn(group, "globalNorm", clipping.global().norm());
      StageValues.putIfOn(group, "globalValue", clipping.global().value());
      StageValues.putIfOn(group, "globalAdaptive", clipping.global().adaptive());
      values.put("clip", group);
    }
  }

  private static void putDistillation(
      Map<String, Object> values, DistillationConfiguration distillation) {
    Map<String, Object> group = new LinkedHashMap<>();
    group.put("teacher", distillation.teacher());
    group.put("temperature", distillation.distillation().temperature());
    group.put("weight", distillation.distillation().weight());
    values.put("distillation", group);
  }
}
