package org.sparkqat.app.config;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.sparkqat.analysis.BitSearch;
import org.sparkqat.network.BlockTypes;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Histogram;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.RangeTraining;

/** Reads group {@code quantization}; the rule of a layer inherits what it does not say. */
final class QuantizationReader {

  private static final Bounds BITS = Bounds.between(2, CodeFormat.MOST_BITS);

  /** Key of the rules for single layers, in the group and in a stage. */
  static final String LAYERS = "layers";

  /** Key of the epoch from which batch normalization is frozen, in the group and in a stage. */
  static final String BATCH_NORM_FREEZE = "batch-norm-freeze-epoch";

  private static final Kind<String> MATCH =
      new Kind.Text("name of a layer, with * and ?; or input");

  private static final String NOT_DYNAMIC =
      "weights are the same for every example, so observed follows them already; quantization.activations.range may be dynamic";
  private static final Kind<WeightRange> WEIGHT_RANGE =
      new Kind.Explained<>(
          new Kind.Choice<>(WeightRange.class),
          Map.of("dynamic", NOT_DYNAMIC, "dynamic-per-row", NOT_DYNAMIC));

  private enum ActivationGranularity {
    PER_TENSOR,
    PER_CHANNEL
  }

  /** A policy of integer-only arithmetic, or none. */
  private enum IntegerTrue {
    NONE(Optional.empty()),
    FIXED_POINT_DOUBLE(Optional.of(Rounding.FIXED_POINT_DOUBLE)),
    FIXED_POINT_SINGLE(Optional.of(Rounding.FIXED_POINT_SINGLE)),
    FLOAT_HALF_EVEN(Optional.of(Rounding.FLOAT_HALF_EVEN));

    private final Optional<Rounding> rounding;

    IntegerTrue(Optional<Rounding> rounding) {
      this.rounding = rounding;
    }
  }

  private QuantizationReader() {}

  static QuantizationConfiguration read(Section section) {
    Preset preset = section.choice(Preset.KEY, Preset.NONE);
    WeightQuantizer weights = weights(section.group("weights"), WeightQuantizer.DEFAULT);
    ActivationQuantizer activations =
        activations(section.group("activations"), ActivationQuantizer.DEFAULT);
    Set<Part> real = EnumSet.noneOf(Part.class);
    addIfFloat(real, section.group("weights"), Part.WEIGHTS);
    addIfFloat(real, section.group("activations"), Part.ACTIVATIONS);
    int firstLastBits = section.integerOr("first-last-bits", "none", BITS).orElse(0);
    int residualBits = section.integerOr("residual-bits", "none", BITS).orElse(0);
    requireFewBits(section, activations.observer(), "first-last-bits", firstLastBits);
    requireFewBits(section, activations.observer(), "residual-bits", residualBits);
    Stream<QuantizationRule> all =
        real.isEmpty()
            ? Stream.empty()
            : Stream.of(QuantizationRule.real(QuantizationRule.ALL, real));
    List<QuantizationRule> rules =
        Stream.concat(all, rules(section, weights, activations).stream()).toList();
    FreezeEpoch freeze = section.value(BATCH_NORM_FREEZE, new Kind.Freeze(), FreezeEpoch.NEVER);
    Optional<BitSearch> mixed = BitSearchReader.read(section);
    Optional<Rounding> integerTrue = section.choice("integer-true", IntegerTrue.NONE).rounding;
    QuantizationScheme scheme =
        new QuantizationScheme(
            weights, activations, firstLastBits, residualBits, rules, integerTrue);
    mixed.ifPresent(search -> BitSearchReader.check(section, scheme));
    return new QuantizationConfiguration(
        preset == Preset.NONE ? Optional.empty() : Optional.of(Kind.word(preset)),
        scheme,
        freeze,
        section.real("batch-norm-freeze-drift", 0, Bounds.atLeast(0)),
        section.integer(
            "batch-norm-freeze-steps", BatchNormFreeze.DEFAULT_STEPS, Bounds.atLeast(1)),
        ranges(
            section.integerOr("range-freeze-epoch", "never", Bounds.atLeast(0)),
            section.group("learned-ranges")),
        mixed);
  }

  private static RangeTraining ranges(OptionalInt freezeEpoch, Section section) {
    RangeTraining usual = RangeTraining.DEFAULT;
    return new RangeTraining(
        section.real("learning-rate", usual.learningRate(), Bounds.above(0)),
        section.real("momentum", usual.momentum(), Bounds.fromBelow(0, 1)),
        section.real("decay", usual.decay(), Bounds.atLeast(0)),
        section.real("clip-norm", usual.clipNorm(), Bounds.atLeast(0)),
        freezeEpoch.orElse(RangeTraining.NEVER));
  }

  /**
   * The scheme of a stage that changes one: with other weights or activations, which inherit what
   * they do not say, and with rules for single layers after those before. A group that does not say
   * {@code bits: float} is quantized.
   */
  static QuantizationScheme changed(QuantizationScheme scheme, Section stage) {
    Optional<Section> weights = stage.optionalGroup("weights");
    Optional<Section> activations = stage.optionalGroup("activations");
    WeightQuantizer newWeights =
        weights.map(group -> weights(group, scheme.weights())).orElse(scheme.weights());
    ActivationQuantizer newActivations =
        activations
            .map(group -> activations(group, scheme.activations()))
            .orElse(scheme.activations());
    Set<Part> real = EnumSet.noneOf(Part.class);
    List<QuantizationRule> rules = new ArrayList<>(scheme.rules());
    if (!rules.isEmpty() && isAllReal(rules.get(0))) {
      real.addAll(rules.remove(0).real());
    }
    weights.ifPresent(group -> real.remove(Part.WEIGHTS));
    activations.ifPresent(group -> real.remove(Part.ACTIVATIONS));
    weights.ifPresent(group -> addIfFloat(real, group, Part.WEIGHTS));
    activations.ifPresent(group -> addIfFloat(real, group, Part.ACTIVATIONS));
    if (!real.isEmpty()) {
      rules.add(0, QuantizationRule.real(QuantizationRule.ALL, real));
    }
    rules.addAll(rules(stage, newWeights, newActivations));
    return scheme.quantizers(newWeights, newActivations).rules(rules);
  }

  private static List<QuantizationRule> rules(
      Section section, WeightQuantizer weights, ActivationQuantizer activations) {
    return section.groups(LAYERS).stream().map(rule -> rule(rule, weights, activations)).toList();
  }

  private static boolean isAllReal(QuantizationRule rule) {
    return rule.equals(QuantizationRule.real(QuantizationRule.ALL, rule.real()));
  }

  private static QuantizationRule rule(
      Section section, WeightQuantizer weights, ActivationQuantizer activations) {
    Optional<String> type = section.optional("type", new Kind.Word(BlockTypes.all()));
    String match =
        type.isPresent() || section.has("type")
            ? section.value("match", MATCH, QuantizationRule.ALL)
            : section.required("match", MATCH, QuantizationRule.ALL);
    Set<Part> real = EnumSet.noneOf(Part.class);
    Optional<WeightQuantizer> ruleWeights =
        section
            .optionalGroup("weights")
            .map(group -> weights(group, weights))
            .filter(by -> !addIfOnlyFloat(real, section.group("weights"), Part.WEIGHTS));
    Optional<ActivationQuantizer> ruleActivations =
        section
            .optionalGroup("activations")
            .map(group -> activations(group, activations))
            .filter(by -> !addIfOnlyFloat(real, section.group("activations"), Part.ACTIVATIONS));
    if (ruleWeights.isEmpty() && ruleActivations.isEmpty() && real.isEmpty()) {
      section.problem(
          section.has("match") ? "match" : "type",
          "Invalid rule for '" + match + "': it changes nothing (weights or activations)");
    }
    return new QuantizationRule(match, type, ruleWeights, ruleActivations, real);
  }

  private static boolean addIfFloat(Set<Part> real, Section group, Part part) {
    return CodeFormatReader.staysFloat(group) && real.add(part);
  }

  /** As {@link #addIfFloat}; in a rule, what stays float has nothing else to be said. */
  private static boolean addIfOnlyFloat(Set<Part> real, Section group, Part part) {
    boolean added = addIfFloat(real, group, part);
    group.known().stream()
        .filter(key -> added && !key.equals("bits") && group.has(key))
        .forEach(key -> group.conflict(key, "bits are float, which has no codes"));
    if (added) {
      group.resolved().keySet().retainAll(Set.of("bits"));
    }
    return added;
  }

  private static WeightQuantizer weights(Section section, WeightQuantizer inherited) {
    WeightScheme scheme = section.choice("scheme", inherited.scheme());
    CodeFormat format = CodeFormatReader.weights(section, scheme, inherited);
    Granularity granularity = section.choice("granularity", inherited.granularity());
    int groupSize = section.integer("group-size", inherited.groupSize(), Bounds.atLeast(1));
    WeightRange range = section.value("range", WEIGHT_RANGE, inherited.range());
    if (scheme != WeightScheme.UNIFORM && format.symmetry() == Symmetry.ASYMMETRIC) {
      section.conflict(
          "symmetric",
          "%s: %s has codes on both sides of 0 alike and no zero point; use symmetric: true, or scheme: uniform"
              .formatted(section.path("scheme"), Kind.word(scheme)));
      return inherited;
    }
    return section
        .checked(
            range.isLearned() ? "range" : "scheme",
            () -> new WeightQuantizer(format, granularity, groupSize, scheme, range))
        .orElse(inherited);
  }

  private static ActivationQuantizer activations(Section section, ActivationQuantizer inherited) {
    CodeFormat format = CodeFormatReader.activations(section, inherited.format());
    ActivationGranularity granularity =
        section.choice(
            "granularity", ActivationGranularity.valueOf(inherited.granularity().name()));
    Observer observer = observer(section, inherited.observer());
    if (format.bits() > observer.mostBits()) {
      section.conflict("observer", divergenceOf(format.bits(), "bits"));
      return inherited;
    }
    ActivationRange range = section.choice("range", inherited.range());
    return section
        .checked(
            "range",
            () ->
                new ActivationQuantizer(
                    format, Granularity.valueOf(granularity.name()), observer, range))
        .orElse(inherited);
  }

  private static String divergenceOf(int bits, String key) {
    return "%s %d: its histogram has %d parts, two for each code of %d bits; lower the bits, or use mean-squared-error"
        .formatted(key, bits, Histogram.BINS, new Observer.LeastDivergence().mostBits());
  }

  /** Reports an observer that exceptions from its bits are too many for. */
  private static void requireFewBits(Section section, Observer observer, String key, int bits) {
    if (bits > observer.mostBits()) {
      section.group("activations").conflict("observer", divergenceOf(bits, section.path(key)));
    }
  }

  private static Observer observer(Section section, Observer inherited) {
    return switch (section.choice("observer", Observer.Kind.of(inherited))) {
      case MIN_MAX -> new Observer.MinMax();
      case MOVING_AVERAGE -> {
        double momentum =
            inherited instanceof Observer.MovingAverage average
                ? average.momentum()
                : Observer.MovingAverage.DEFAULT_MOMENTUM;
        yield new Observer.MovingAverage(
            section.real("momentum", momentum, Bounds.aboveUpTo(0, 1)));
      }
      case PERCENTILE -> {
        double part =
            inherited instanceof Observer.Percentile percentile
                ? percentile.part()
                : Observer.Percentile.DEFAULT_PART;
        double percent = section.real("percentile", 100 * part, Bounds.aboveUpTo(50, 100));
        yield new Observer.Percentile(percent / 100);
      }
      case MEAN_SQUARED_ERROR -> new Observer.LeastSquares();
      case KULLBACK_LEIBLER -> new Observer.LeastDivergence();
    };
  }
}
