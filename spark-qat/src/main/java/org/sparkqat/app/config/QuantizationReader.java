package org.sparkqat.app.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;

/** Reads group {@code quantization}; the rule of a layer inherits what it does not say. */
final class QuantizationReader {

  private static final Bounds BITS = Bounds.between(2, 8);
  private static final Kind<String> MATCH =
      new Kind.Text("name of a layer, with * and ?; or input");

  private enum ObserverKind {
    MIN_MAX,
    MOVING_AVERAGE
  }

  private QuantizationReader() {}

  static QuantizationConfiguration read(Section section) {
    WeightQuantizer weights = weights(section.group("weights"), WeightQuantizer.DEFAULT);
    ActivationQuantizer activations =
        activations(section.group("activations"), ActivationQuantizer.DEFAULT);
    int firstLastBits = section.integerOr("first-last-bits", "none", BITS).orElse(0);
    List<QuantizationRule> rules =
        section.groups("layers").stream().map(rule -> rule(rule, weights, activations)).toList();
    OptionalInt freeze = section.integerOr("batch-norm-freeze-epoch", "never", Bounds.atLeast(0));
    return new QuantizationConfiguration(
        new QuantizationScheme(weights, activations, firstLastBits, rules), freeze);
  }

  private static QuantizationRule rule(
      Section section, WeightQuantizer weights, ActivationQuantizer activations) {
    String match = section.required("match", MATCH, "*");
    Optional<WeightQuantizer> ruleWeights =
        section.optionalGroup("weights").map(group -> weights(group, weights));
    Optional<ActivationQuantizer> ruleActivations =
        section.optionalGroup("activations").map(group -> activations(group, activations));
    if (ruleWeights.isEmpty() && ruleActivations.isEmpty()) {
      section.problem(
          "match", "Invalid rule for '" + match + "': it changes nothing (weights or activations)");
    }
    return new QuantizationRule(match, ruleWeights, ruleActivations);
  }

  private static WeightQuantizer weights(Section section, WeightQuantizer inherited) {
    return new WeightQuantizer(
        section.integer("bits", inherited.bits(), BITS),
        symmetry(section, inherited.symmetry()),
        section.choice("granularity", inherited.granularity()));
  }

  private static ActivationQuantizer activations(Section section, ActivationQuantizer inherited) {
    int bits = section.integer("bits", inherited.bits(), BITS);
    Symmetry symmetry = symmetry(section, inherited.symmetry());
    Granularity granularity = section.choice("granularity", inherited.granularity());
    return new ActivationQuantizer(
        bits, symmetry, granularity, observer(section, inherited.observer()));
  }

  private static Symmetry symmetry(Section section, Symmetry inherited) {
    return section.flag("symmetric", inherited == Symmetry.SYMMETRIC)
        ? Symmetry.SYMMETRIC
        : Symmetry.ASYMMETRIC;
  }

  private static Observer observer(Section section, Observer inherited) {
    double momentum =
        inherited instanceof Observer.MovingAverage average
            ? average.momentum()
            : Observer.MovingAverage.DEFAULT_MOMENTUM;
    ObserverKind kind =
        inherited instanceof Observer.MinMax ? ObserverKind.MIN_MAX : ObserverKind.MOVING_AVERAGE;
    return section.choice("observer", kind) == ObserverKind.MIN_MAX
        ? new Observer.MinMax()
        : new Observer.MovingAverage(section.real("momentum", momentum, Bounds.aboveUpTo(0, 1)));
  }
}
