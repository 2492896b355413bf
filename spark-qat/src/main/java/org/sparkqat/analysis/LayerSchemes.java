package org.sparkqat.analysis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;

/**
 * Schemes in which each layer has the quantizers that a network's own scheme gives it, but other
 * bits. Layers that the scheme keeps float have the quantizers of its defaults.
 *
 * <p>Ranges that follow the values of training steps (min-max, moving average) are fitted to all
 * values of the sample by least squares instead, as there is one calibration for all bits; so are
 * those that are learned or dynamic.
 */
public final class LayerSchemes {

  private final QuantizationScheme whole;
  private final QuantizedGraph graph;

  /** Of a network and the scheme it is, or will be, trained with. */
  public LayerSchemes(Network network, QuantizationScheme scheme) {
    List<QuantizationRule> rules = scheme.rules().stream().map(LayerSchemes::quantizing).toList();
    this.whole =
        scheme
            .quantizers(observed(scheme.weights()), fitted(scheme.activations()))
            .rules(rules)
            .integerTrue(Optional.empty());
    this.graph = QuantizedGraph.of(BlockGraph.of(network), whole);
  }

  private static QuantizationRule quantizing(QuantizationRule rule) {
    return new QuantizationRule(
        rule.match(),
        rule.type(),
        rule.weights().map(LayerSchemes::observed),
        rule.activations().map(LayerSchemes::fitted),
        Set.of());
  }

  private static WeightQuantizer observed(WeightQuantizer quantizer) {
    return quantizer.withRange(WeightRange.OBSERVED);
  }

  private static ActivationQuantizer fitted(ActivationQuantizer quantizer) {
    return quantizer.observer() instanceof Observer.Fitted
        ? quantizer.withRange(ActivationRange.OBSERVED)
        : new ActivationQuantizer(
            quantizer.format(), quantizer.granularity(), new Observer.LeastSquares());
  }

  /** The scheme with all quantizers, none of them float. */
  public QuantizationScheme whole() {
    return whole;
  }

  /** The network with all its quantizers, none of them float. */
  public QuantizedGraph graph() {
    return graph;
  }

  /** Everything that can be quantized, the input first, in the order of the network. */
  public List<String> layers() {
    List<String> layers = new ArrayList<>(List.of(Network.INPUT));
    graph.graph().blocks().stream()
        .filter(block -> weights(block.name()).isPresent() || output(block.name()).isPresent())
        .forEach(block -> layers.add(block.name()));
    return layers;
  }

  /** The quantizer of a layer's weights, empty for one without. */
  public Optional<WeightQuantizer> weights(String layer) {
    return block(layer).flatMap(block -> graph.weights().get(block.index()));
  }

  /** The quantizer of a layer's output, empty where codes pass and at the network's output. */
  public Optional<ActivationQuantizer> output(String layer) {
    return graph.points().stream()
        .filter(point -> point.name().equals(layer))
        .map(QuantizationPoint::quantizer)
        .findFirst();
  }

  /** The block of a name; empty for the network's input. */
  public Optional<Block> block(String layer) {
    return graph.graph().blocks().stream().filter(each -> each.name().equals(layer)).findFirst();
  }

  /** The scheme in which the given layers have the given bits, and all others stay float. */
  public QuantizationScheme scheme(Collection<LayerBits> bits) {
    List<QuantizationRule> rules = new ArrayList<>();
    rules.add(QuantizationRule.real(QuantizationRule.ALL, EnumSet.allOf(Part.class)));
    for (LayerBits each : bits) {
      rules.add(
          new QuantizationRule(
              each.layer(),
              quantizer(each.weights(), weights(each.layer())).map(at -> withBits(at, each)),
              quantizer(each.activations(), output(each.layer()))
                  .map(by -> by.withBits(each.activations().orElseThrow()))));
    }
    return new QuantizationScheme(whole.weights(), whole.activations(), 0, rules);
  }

  private static WeightQuantizer withBits(WeightQuantizer quantizer, LayerBits to) {
    int bits = to.weights().orElseThrow();
    return quantizer.bits() == bits ? quantizer : quantizer.withBits(bits);
  }

  private static <Q> Optional<Q> quantizer(OptionalInt bits, Optional<Q> quantizer) {
    return bits.isPresent() ? quantizer : Optional.empty();
  }

  /** The scheme of a variant. */
  public QuantizationScheme scheme(Variant variant) {
    Map<String, LayerBits> bits = new TreeMap<>();
    for (String layer : layers()) {
      if (layer.equals(variant.layer()) == (variant.scope() == Variant.Scope.ONE)) {
        bits.put(layer, bits(layer, variant.part(), variant.bits()));
      }
    }
    return scheme(bits.values());
  }

  private static LayerBits bits(String layer, Variant.Part part, int bits) {
    return new LayerBits(
        layer,
        part.hasWeights() ? OptionalInt.of(bits) : OptionalInt.empty(),
        part.hasActivations() ? OptionalInt.of(bits) : OptionalInt.empty());
  }
}
