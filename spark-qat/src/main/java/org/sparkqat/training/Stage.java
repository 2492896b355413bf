package org.sparkqat.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;

/**
 * One part of a schedule: how the network is trained for so many passes over the data.
 *
 * @param name lower-case letters and digits, beginning with a letter; its checkpoint is tagged so
 * @param form whether quantization is on
 * @param scheme what the stage's network is quantized with; of a float stage, what comes next
 * @param epochs passes over the data, at least 0
 * @param learningRate over the epochs of this stage
 * @param learningRateFactor what the learning rate is multiplied by, above 0, default 1
 * @param freeze when batch normalization uses the running statistics; default never
 * @param rangeFreezeEpoch epoch of this stage from which no range moves; empty (default): as the
 *     job says
 * @param statistics where the running statistics at the end come from; default training
 * @param share which part of the weights is quantized; default all
 * @param gate what the network must reach at the end; empty (default): nothing
 */
public record Stage(
    String name,
    Form form,
    QuantizationScheme scheme,
    int epochs,
    LearningRate learningRate,
    double learningRateFactor,
    BatchNormFreeze freeze,
    OptionalInt rangeFreezeEpoch,
    Statistics statistics,
    QuantizedShare share,
    Optional<Gate> gate) {

  /** An epoch that is never reached. */
  public static final int NEVER = Integer.MAX_VALUE;

  /** How a stage computes. */
  public enum Form {
    FLOAT,
    QUANTIZED
  }

  /** Where the running batch-norm statistics at the end of a stage come from. */
  public enum Statistics {
    /** They followed training. */
    TRAINED,
    /** They are the exact ones of one more pass over the data, with the weights of the end. */
    RE_ESTIMATED
  }

  public Stage {
    if (!name.matches("[a-z][a-z0-9]*")) {
      throw Limits.invalid("stage name", "'" + name + "'", "lower-case letters and digits");
    }
    if (epochs < 0) {
      throw Limits.invalid("epochs of stage '" + name + "'", epochs, "must be at least 0");
    }
    Limits.requirePositive("learning-rate factor of stage '" + name + "'", learningRateFactor);
    if (form == Form.FLOAT && statistics == Statistics.RE_ESTIMATED) {
      throw Limits.invalid(
          "statistics of stage '" + name + "'", "re-estimated", "only of quantized stages");
    }
    requireShare(share, form, scheme);
  }

  /** Training in float, before anything is quantized with the given scheme. */
  public static Stage ofFloat(
      String name, QuantizationScheme next, int epochs, LearningRate learningRate) {
    return plain(name, Form.FLOAT, next, epochs, learningRate);
  }

  /** Training with quantization in the forward pass. */
  public static Stage quantized(
      String name, QuantizationScheme scheme, int epochs, LearningRate learningRate) {
    return plain(name, Form.QUANTIZED, scheme, epochs, learningRate);
  }

  private static Stage plain(
      String name, Form form, QuantizationScheme scheme, int epochs, LearningRate learningRate) {
    return new Stage(
        name,
        form,
        scheme,
        epochs,
        learningRate,
        1,
        BatchNormFreeze.NEVER,
        OptionalInt.empty(),
        Statistics.TRAINED,
        QuantizedShare.all(),
        Optional.empty());
  }

  /** The parts of a stage that differs from another in one. */
  private static final class Copy {
    private final String name;
    private final Form form;
    private QuantizationScheme scheme;
    private final int epochs;
    private final LearningRate learningRate;
    private double learningRateFactor;
    private BatchNormFreeze freeze;
    private OptionalInt rangeFreezeEpoch;
    private Statistics statistics;
    private QuantizedShare share;
    private Optional<Gate> gate;

    private Copy(Stage of) {
      name = of.name;
      form = of.form;
      scheme = of.scheme;
      epochs = of.epochs;
      learningRate = of.learningRate;
      learningRateFactor = of.learningRateFactor;
      freeze = of.freeze;
      rangeFreezeEpoch = of.rangeFreezeEpoch;
      statistics = of.statistics;
      share = of.share;
      gate = of.gate;
    }

    private Stage stage() {
      return new Stage(
          name,
          form,
          scheme,
          epochs,
          learningRate,
          learningRateFactor,
          freeze,
          rangeFreezeEpoch,
          statistics,
          share,
          gate);
    }
  }

  private Stage with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.stage();
  }

  /** The same with another freeze of batch normalization. */
  public Stage freeze(BatchNormFreeze other) {
    return with(copy -> copy.freeze = other);
  }

  /** The same with ranges that stay from an epoch of the stage on. */
  public Stage rangesFrozenFrom(int epoch) {
    return with(copy -> copy.rangeFreezeEpoch = OptionalInt.of(epoch));
  }

  /** The same with statistics from elsewhere. */
  public Stage statistics(Statistics other) {
    return with(copy -> copy.statistics = other);
  }

  /** The same with a learning rate that is multiplied. */
  public Stage learningRateFactor(double factor) {
    return with(copy -> copy.learningRateFactor = factor);
  }

  /** The same with another scheme. */
  public Stage scheme(QuantizationScheme other) {
    return with(copy -> copy.scheme = other);
  }

  /** The same with another part of the weights quantized. */
  public Stage share(QuantizedShare other) {
    return with(copy -> copy.share = other);
  }

  /** The same with a gate at its end. */
  public Stage gate(Gate other) {
    return with(copy -> copy.gate = Optional.of(other));
  }

  /**
   * What steps compute with: weights stay real where not all of them are quantized, and then
   * nothing is rounded as integers alone would.
   */
  public QuantizationScheme trainingScheme() {
    if (!share.leavesReal()) {
      return scheme;
    }
    List<QuantizationRule> rules = new ArrayList<>(scheme.rules());
    rules.add(QuantizationRule.real(QuantizationRule.ALL, Set.of(Part.WEIGHTS)));
    return scheme.rules(rules).integerTrue(Optional.empty());
  }

  private static void requireShare(QuantizedShare share, Form form, QuantizationScheme scheme) {
    if (share.equals(QuantizedShare.all())) {
      return;
    }
    if (form == Form.FLOAT) {
      throw Limits.invalid("part of the weights", share, "only of quantized stages");
    }
    Stream.concat(
            Stream.of(scheme.weights()),
            scheme.rules().stream().flatMap(rule -> rule.weights().stream()))
        .forEach(weights -> requireShare(share, weights));
  }

  private static void requireShare(QuantizedShare share, WeightQuantizer weights) {
    boolean steady =
        weights.scheme() == WeightScheme.UNIFORM
            && weights.symmetry() == Symmetry.SYMMETRIC
            && weights.granularity() == Granularity.PER_CHANNEL;
    if (share instanceof QuantizedShare.Largest && !steady) {
      throw Limits.invalid(
          "weights that are held",
          "not uniform, symmetric and per channel",
          "their scales would move; use these, or another method");
    }
    if (weights.range().isLearned()) {
      throw Limits.invalid(
          "weights of range lsq",
          share,
          "real and quantized ones would not share a scale; use range observed");
    }
    if (weights.scheme() == WeightScheme.TANH) {
      throw Limits.invalid(
          "weights of scheme tanh", share, "real and quantized ones cannot be mixed; use uniform");
    }
  }

  /** True when statistics are computed anew at the end. */
  public boolean reEstimates() {
    return statistics == Statistics.RE_ESTIMATED;
  }

  public boolean isQuantized() {
    return form == Form.QUANTIZED;
  }

  /**
   * The learning rate when so many epochs of the stage are done.
   *
   * @param attempt how often the stage was taken back
   */
  public double learningRate(double epoch, int attempt) {
    double rate = learningRateFactor * learningRate.at(epoch, epochs);
    return gate.map(each -> each.rateOfAttempt(attempt)).orElse(1.0) * rate;
  }

  /** True when the other stage's ranges, of activations and learned ones, fit this one's. */
  boolean hasRangesOf(Stage other) {
    QuantizationScheme theirs = other.scheme;
    boolean learn = scheme.weights().range().isLearned() || theirs.weights().range().isLearned();
    return scheme.activations().equals(theirs.activations())
        && (!learn || scheme.weights().equals(theirs.weights()))
        && scheme.firstLastBits() == theirs.firstLastBits()
        && scheme.residualBits() == theirs.residualBits()
        && scheme.rules().equals(theirs.rules());
  }
}
