package org.sparkqat.app.config;

import java.util.List;
import java.util.Optional;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stage.Form;
import org.sparkqat.training.Stages;

/** Reads the groups of a job and checks what no group can check alone. */
final class JobReader {

  private final Section root;

  JobReader(Section root) {
    this.root = root;
  }

  JobConfiguration read() {
    DataConfiguration data = DataConfiguration.read(root.group("data"));
    Section modelSection = root.group("model");
    ModelConfiguration model = ModelConfiguration.read(modelSection);
    Section quantizationSection = root.group("quantization");
    QuantizationConfiguration quantization = QuantizationReader.read(quantizationSection);
    Section trainingSection = root.group("training");
    TrainingConfiguration training = TrainingReader.read(trainingSection, data, quantization);
    ClusterConfiguration cluster = ClusterConfiguration.read(root.group("cluster"));
    if (quantization.batchNormFreezeEpoch().equals(FreezeEpoch.LAST)
        && !trainingSection.hasItems("stages")
        && training.stages().epochs(Form.QUANTIZED) == 0) {
      quantizationSection.conflict(
          QuantizationReader.BATCH_NORM_FREEZE,
          "training.qat-epochs is 0, so there is no last one; leave this out");
    }
    TrainingReader.requireWholeRows(trainingSection, training.clipping(), cluster.exchange());
    OutputConfiguration output = OutputConfiguration.read(root.group("output"));
    if (training.stages().epochs(Form.FLOAT) == 0 && model.weights().isEmpty()) {
      if (trainingSection.hasItems("stages")) {
        trainingSection.problem(
            "stages",
            "Invalid training.stages: none with epochs in float (add one, or model.weights to start from)");
      } else {
        trainingSection.conflict("float-epochs", "0 needs model.weights to start from");
      }
    }
    if (!training.augmentation().isOff() && data.shape().rank() != 3) {
      trainingSection.problem(
          "augmentation",
          "Invalid training.augmentation: data.shape %s is no image [channels, height, width]"
              .formatted(data.shape()));
    }
    network(modelSection, model, data, quantization)
        .ifPresent(
            network -> {
              requireStatistics(trainingSection, training.stages(), network);
              checkSchemes(
                  quantizationSection, quantization.scheme(), trainingSection, training, network);
              Optional<CalibrationExamples> calibration =
                  calibration(trainingSection, training, network);
              quantization
                  .mixed()
                  .ifPresent(
                      search ->
                          BitSearchReader.check(
                              quantizationSection,
                              network,
                              quantization.scheme(),
                              search,
                              training.microBatch(),
                              calibration));
              if (!root.hasProblems()) {
                WithoutEffect.report(quantizationSection, trainingSection, training, network);
              }
            });
    return new JobConfiguration(data, model, quantization, training, cluster, output);
  }

  /** The network, when what it is made from has no mistakes so far. */
  private Optional<Network> network(
      Section section,
      ModelConfiguration model,
      DataConfiguration data,
      QuantizationConfiguration quantization) {
    if (root.hasProblems()) {
      return Optional.empty();
    }
    String key = model.layers().isEmpty() ? "name" : "layers";
    Optional<Network> network =
        section.checked(key, () -> JobConfiguration.network(model, data, quantization));
    network
        .filter(net -> !net.output().shape().equals(new org.sparkqat.tensor.Shape(data.outputs())))
        .ifPresent(
            net ->
                section.problem(
                    key,
                    "Invalid %s: the last layer '%s' has shape %s (data.classes %d needs [%d])"
                        .formatted(
                            section.path(key),
                            net.output().name(),
                            net.output().shape(),
                            data.classes(),
                            data.outputs())));
    return network;
  }

  private static void requireStatistics(Section section, Stages stages, Network network) {
    if (stages.all().stream().anyMatch(Stage::reEstimates) && network.statistics().size() == 0) {
      section.conflict("re-estimate-batch-norm", "the model has no batch normalization");
    }
  }

  /** Reports what the network cannot be quantized with, at the start or in a stage. */
  private static void checkSchemes(
      Section quantization,
      QuantizationScheme start,
      Section section,
      TrainingConfiguration training,
      Network network) {
    BlockGraph graph = BlockGraph.of(network);
    checkRules(quantization, QuantizationReader.LAYERS, start, start.rules(), graph);
    List<QuantizationScheme> staged =
        training.stages().all().stream().map(Stage::scheme).distinct().toList();
    staged.stream()
        .flatMap(scheme -> scheme.rules().stream())
        .distinct()
        .filter(rule -> !start.rules().contains(rule))
        .forEach(rule -> checkRules(section, "stages", start, List.of(rule), graph));
    if (start.integerTrue().isPresent() && !section.hasProblems()) {
      staged.forEach(
          scheme -> quantization.checked("integer-true", () -> QuantizedGraph.of(graph, scheme)));
    }
  }

  /** What calibration needs, when the schemes have no mistakes; too few examples are reported. */
  private static Optional<CalibrationExamples> calibration(
      Section section, TrainingConfiguration training, Network network) {
    if (section.hasProblems()) {
      return Optional.empty();
    }
    Optional<CalibrationExamples> needed =
        section.checked("stages", () -> CalibrationExamples.of(network, training.stages()));
    needed.ifPresent(
        examples -> examples.check(section, training.calibrationSteps(), training.batchSize()));
    return needed;
  }

  /** Reports rules that the network has no layers for, or not such ones. */
  private static void checkRules(
      Section section,
      String key,
      QuantizationScheme scheme,
      List<QuantizationRule> rules,
      BlockGraph graph) {
    for (QuantizationRule rule : rules) {
      QuantizationScheme alone = scheme.rules(List.of(rule)).integerTrue(Optional.empty());
      section.checked(key, () -> QuantizedGraph.of(graph, alone));
    }
  }
}
