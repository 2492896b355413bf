package org.sparkqat.training;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.training.Stage.Statistics;

/**
 * The stages of a training job, one after another: float ones first, then quantized ones. A
 * quantized stage begins with a calibration when its activations have other quantizers than those
 * of the stage before, or there are none.
 */
public record Stages(List<Stage> all) {

  /** Tag of the checkpoint after the first calibration, and end of the tags of others. */
  public static final String CALIBRATED = "ptq";

  private static final String TRAINED = "trained";

  public Stages {
    all = List.copyOf(all);
    if (all.stream().noneMatch(stage -> stage.epochs() > 0 || stage.isQuantized())) {
      throw Limits.invalid("stages", names(all), "one must have epochs, or be quantized");
    }
    Set<String> names = new HashSet<>();
    boolean quantized = false;
    for (Stage stage : all) {
      String name = stage.name();
      if (!names.add(name) || name.endsWith(CALIBRATED) || name.endsWith(TRAINED)) {
        throw Limits.invalid(
            "stage name", "'" + name + "'", "each once, and none that ends with ptq or trained");
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
   * @param freeze of batch normalization, in the quantized stage
   */
  public static Stages of(
      QuantizationScheme scheme,
      int floatEpochs,
      LearningRate floatRate,
      int qatEpochs,
      LearningRate qatRate,
      BatchNormFreeze freeze) {
    return new Stages(
        List.of(
            Stage.ofFloat("float", scheme, floatEpochs, floatRate),
            Stage.quantized("qat", scheme, qatEpochs, qatRate).freeze(freeze)));
  }

  /** The same, with the statistics of the last stage computed anew at its end. */
  public Stages reEstimatingAtEnd() {
    List<Stage> changed = new ArrayList<>(all);
    changed.set(count() - 1, get(count() - 1).statistics(Statistics.RE_ESTIMATED));
    return new Stages(changed);
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
    if (endsStage(at)) {
      return begin(at.stage() + 1, 0, at.step());
    }
    Phase next = at.phase() == Phase.CALIBRATION ? Phase.QAT : Phase.ESTIMATION;
    return new Position(at.stage(), at.attempt(), next, 0, 0, at.step());
  }

  /** True when the end of the phase at a position is the end of its stage. */
  public boolean endsStage(Position at) {
    return switch (at.phase()) {
      case CALIBRATION -> false;
      case QAT -> !at(at).reEstimates();
      case FLOAT, ESTIMATION, DONE -> true;
    };
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

  /** Index of the first quantized stage; the number of stages where there is none. */
  public int firstQuantized() {
    return (int) all.stream().takeWhile(stage -> !stage.isQuantized()).count();
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

  /** Passes over the data before a stage, where a calibration and an estimation count as one. */
  public long passesBefore(int stage) {
    long passes = 0;
    for (int i = 0; i < stage; i++) {
      passes += all.get(i).epochs() + (calibrates(i) ? 1 : 0) + (all.get(i).reEstimates() ? 1 : 0);
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
   * ptq} after the first calibration, the name with {@code ptq} after another one, and with {@code
   * trained} before an estimation.
   */
  public String tag(Position ended) {
    String name = at(ended).name();
    if (ended.phase() != Phase.CALIBRATION) {
      return endsStage(ended) ? name : name + TRAINED;
    }
    return calibrationsBefore(ended.stage()) == 0 ? CALIBRATED : name + CALIBRATED;
  }
}
