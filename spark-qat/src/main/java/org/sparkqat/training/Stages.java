package org.sparkqat.training;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sparkqat.quantization.QuantizationScheme;

/**
 * The stages of a training job, one after another: float ones first, then quantized ones. A
 * quantized stage begins with a calibration when its activations have other quantizers than those
 * of the stage before, or there are none.
 */
public record Stages(List<Stage> all) {

  /** Tag of the checkpoint after the first calibration, and end of the tags of others. */
  public static final String CALIBRATED = "ptq";

  public Stages {
    all = List.copyOf(all);
    if (all.stream().mapToInt(Stage::epochs).sum() == 0) {
      throw Limits.invalid("stages", names(all), "at least one must have epochs");
    }
    Set<String> names = new HashSet<>();
    boolean quantized = false;
    for (Stage stage : all) {
      if (!names.add(stage.name()) || stage.name().endsWith(CALIBRATED)) {
        throw Limits.invalid(
            "stage name", "'" + stage.name() + "'", "each once, and none that ends with ptq");
      }
      if (quantized && !stage.isQuantized()) {
        throw Limits.invalid(
            "stage '" + stage.name() + "'", "float", "float stages come before quantized ones");
      }
      quantized |= stage.isQuantized();
    }
    requireGates(all);
  }

  /**
   * A float stage, named {@code float}, and a quantized one, named {@code qat}.
   *
   * @param freezeEpoch epoch of the quantized stage from which batch normalization is frozen
   */
  public static Stages of(
      QuantizationScheme scheme,
      int floatEpochs,
      LearningRate floatRate,
      int qatEpochs,
      LearningRate qatRate,
      int freezeEpoch) {
    return new Stages(
        List.of(
            Stage.ofFloat("float", scheme, floatEpochs, floatRate),
            Stage.quantized("qat", scheme, qatEpochs, qatRate).batchNormFrozenFrom(freezeEpoch)));
  }

  private static void requireGates(List<Stage> all) {
    if (all.get(0).gate().isPresent()) {
      throw Limits.invalid(
          "gate", "at stage '" + all.get(0).name() + "'", "there is no stage before the first");
    }
    boolean comparesFloat =
        all.stream()
            .flatMap(stage -> stage.gate().stream())
            .anyMatch(gate -> gate.reference() == Gate.Reference.FLOAT);
    if (comparesFloat && all.get(0).isQuantized()) {
      throw Limits.invalid("gate", "against float", "there is no float stage");
    }
  }

  private static List<String> names(List<Stage> stages) {
    return stages.stream().map(Stage::name).toList();
  }

  public int count() {
    return all.size();
  }

  public Stage get(int index) {
    return all.get(index);
  }

  /** The stage that a position is in; when all is done, the one that the network comes from. */
  public Stage at(Position position) {
    return all.get(position.stage());
  }

  /** Where a job begins. */
  public Position start() {
    return begin(0, 0, 0);
  }

  /** The first position of a stage, or the end after the last one. */
  public Position begin(int stage, int attempt, long step) {
    if (stage == count()) {
      return new Position(stage - 1, attempt, Phase.DONE, 0, 0, step);
    }
    Phase first =
        !all.get(stage).isQuantized()
            ? Phase.FLOAT
            : calibrates(stage) ? Phase.CALIBRATION : Phase.QAT;
    return new Position(stage, attempt, first, 0, 0, step);
  }

  /** The position after the end of a phase. */
  public Position afterPhase(Position at) {
    return at.phase() == Phase.CALIBRATION
        ? new Position(at.stage(), at.attempt(), Phase.QAT, 0, 0, at.step())
        : begin(at.stage() + 1, 0, at.step());
  }

  /** True when ranges are observed before the stage trains. */
  public boolean calibrates(int stage) {
    if (!all.get(stage).isQuantized()) {
      return false;
    }
    Stage before = all.get(Math.max(stage - 1, 0));
    return stage == 0 || !before.isQuantized() || !all.get(stage).hasRangesOf(before);
  }

  /** The stage whose network a state at the given position holds. */
  public Stage ofNetwork(Position at) {
    boolean unchanged = at.stage() > 0 && at.equals(begin(at.stage(), at.attempt(), at.step()));
    return all.get(unchanged ? at.stage() - 1 : at.stage());
  }

  /** Epochs of all stages of a form. */
  public int epochs(Stage.Form form) {
    return all.stream().filter(stage -> stage.form() == form).mapToInt(Stage::epochs).sum();
  }

  /** Epochs of all stages. */
  public int epochs() {
    return epochsFrom(0);
  }

  /** Epochs of a stage and those after it. */
  public int epochsFrom(int stage) {
    return all.subList(stage, count()).stream().mapToInt(Stage::epochs).sum();
  }

  /** Passes over the data before a stage, where a calibration counts as one. */
  public long passesBefore(int stage) {
    long passes = 0;
    for (int i = 0; i < stage; i++) {
      passes += all.get(i).epochs() + (calibrates(i) ? 1 : 0);
    }
    return passes;
  }

  /** Calibrations of the stages before the given one. */
  public int calibrationsBefore(int stage) {
    int calibrations = 0;
    for (int i = 0; i < stage; i++) {
      calibrations += calibrates(i) ? 1 : 0;
    }
    return calibrations;
  }

  /**
   * The tag of the checkpoint where the phase at the given position ends: the stage's name, {@code
   * ptq} after the first calibration, the name with {@code ptq} after another one.
   */
  public String tag(Position ended) {
    String name = at(ended).name();
    if (ended.phase() != Phase.CALIBRATION) {
      return name;
    }
    return calibrationsBefore(ended.stage()) == 0 ? CALIBRATED : name + CALIBRATED;
  }
}
