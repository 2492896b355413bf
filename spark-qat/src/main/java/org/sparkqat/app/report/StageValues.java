package org.sparkqat.app.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.sparkqat.training.Gate;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.QuantizedShare;
import org.sparkqat.training.RangeTraining;
import org.sparkqat.training.Stage;

/**
 * What stages consist of, as values of JSON with the names of the configuration, without what is
 * off.
 */
final class StageValues {

  private static final double POINTS = 100;
  private static final double DIGITS = 1e9;

  private StageValues() {}

  /** Puts a value of which 0 means that there is none. */
  static void putIfOn(Map<String, Object> values, String key, double value) {
    if (value != 0) {
      values.put(key, value);
    }
  }

  static Map<String, Object> of(LearningRate rate) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (rate instanceof LearningRate.OneCycle cycle) {
      values.put("schedule", "one-cycle");
      values.put("base", cycle.base());
      putIfOn(values, "warmupShare", cycle.warmupShare());
      values.put("startDivisor", cycle.startDivisor());
      values.put("endDivisor", cycle.endDivisor());
    } else if (rate instanceof LearningRate.Steps steps) {
      values.put("schedule", "steps");
      values.put("base", steps.base());
      putIfOn(values, "warmupEpochs", steps.warmupEpochs());
      values.put("epochs", steps.epochs());
      values.put("factor", steps.factor());
    } else if (rate instanceof LearningRate.Cosine cosine) {
      values.put("schedule", "cosine");
      values.put("base", cosine.base());
      putIfOn(values, "warmupEpochs", cosine.warmupEpochs());
      putIfOn(values, "floor", cosine.floor());
    } else if (rate instanceof LearningRate.Constant constant) {
      values.put("schedule", "constant");
      values.put("base", constant.base());
      putIfOn(values, "warmupEpochs", constant.warmupEpochs());
    }
    return values;
  }

  /** What stops to move in a stage, and when. */
  static Map<String, Object> freezes(Stage stage, RangeTraining ranges) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (stage.freeze().epoch() != Stage.NEVER) {
      values.put("batchNormFreezeEpoch", stage.freeze().epoch());
    }
    if (stage.freeze().isAutomatic()) {
      values.put("batchNormFreezeDrift", stage.freeze().drift());
      values.put("batchNormFreezeSteps", stage.freeze().steps());
    }
    int epoch = stage.rangeFreezeEpoch().orElse(ranges.freezeEpoch());
    if (epoch != RangeTraining.NEVER) {
      values.put("rangeFreezeEpoch", epoch);
    }
    return values;
  }

  /** Empty where all weights are quantized. */
  static Optional<Map<String, Object>> of(QuantizedShare share) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (share instanceof QuantizedShare.Largest largest) {
      values.put("method", "largest");
      values.put("share", largest.share());
    } else if (share instanceof QuantizedShare.Blend blend) {
      values.put("method", "blend");
      values.put("from", blend.from());
      values.put("to", blend.to());
    } else if (share instanceof QuantizedShare.Sampled sampled) {
      values.put("method", "random");
      values.put("from", sampled.from());
      values.put("to", sampled.to());
    }
    return values.isEmpty() ? Optional.empty() : Optional.of(values);
  }

  static Map<String, Object> of(Gate gate) {
    Map<String, Object> values = new LinkedHashMap<>();
    gate.accuracyDrop()
        .ifPresent(
            drop -> values.put("maxAccuracyDrop", Math.rint(POINTS * drop * DIGITS) / DIGITS));
    gate.lossRise().ifPresent(rise -> values.put("maxLossRise", rise));
    values.put("against", QuantizerWords.word(gate.reference()));
    if (gate.retries() > 0) {
      values.put("retries", gate.retries());
      values.put("retryFactor", gate.retryFactor());
    }
    values.put("onFailure", QuantizerWords.word(gate.failure()));
    return values;
  }

  static Map<String, Object> of(OscillationWatch watch) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("momentum", watch.momentum());
    values.put("threshold", watch.threshold());
    putIfOn(values, "freezeAbove", watch.freezeAbove());
    return values;
  }

  static Map<String, Object> of(RangeTraining ranges) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("learningRate", ranges.learningRate());
    putIfOn(values, "momentum", ranges.momentum());
    putIfOn(values, "decay", ranges.decay());
    putIfOn(values, "clipNorm", ranges.clipNorm());
    return values;
  }
}
