package org.sparkqat.engine;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.sparkqat.network.Activation;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockTypes;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;

/** In words, what kinds of layers, codes and scales a quantized network has. */
final class QuantizedKinds {

  private static final int ANY_BITS = 8;

  private QuantizedKinds() {}

  /** All that a network which integers alone can compute may have. */
  static Set<String> all() {
    Set<String> kinds = new TreeSet<>();
    BlockTypes.all().stream().filter(type -> !type.equals(Network.INPUT)).forEach(kinds::add);
    kinds.add("grouped convolution");
    kinds.add("folded batch normalization");
    for (Activation activation : Activation.values()) {
      kinds.add(fused(activation));
    }
    QuantizerForms.weights(ANY_BITS).forEach(form -> kinds.add(form(form)));
    QuantizerForms.weightsOfOwnBits().forEach(form -> kinds.add(form(form)));
    QuantizerForms.activations(ANY_BITS).forEach(form -> kinds.add(form(form)));
    for (int bits = 1; bits <= CodeFormat.MOST_BITS; bits++) {
      kinds.add(weightBits(bits));
      kinds.add(activationBits(bits));
    }
    return kinds;
  }

  /** Those of one network. */
  static Set<String> of(QuantizedGraph graph) {
    Set<String> kinds = new TreeSet<>();
    for (Block block : graph.graph().blocks()) {
      kinds.addAll(BlockTypes.of(block));
      block.normalization().ifPresent(folded -> kinds.add("folded batch normalization"));
      kinds.add(fused(block.activation()));
      if (isGrouped(block)) {
        kinds.add("grouped convolution");
      }
    }
    graph.weights().forEach(each -> each.ifPresent(by -> kinds.addAll(of(by))));
    graph.points().stream().map(QuantizationPoint::quantizer).forEach(by -> kinds.addAll(of(by)));
    return kinds;
  }

  private static boolean isGrouped(Block block) {
    return block.anchor().layer() instanceof Layer.Convolution layer
        && layer.groups() > 1
        && layer.groups() < block.inputShape().channels();
  }

  private static String fused(Activation activation) {
    return "fused activation " + word(activation);
  }

  static Set<String> of(WeightQuantizer by) {
    return Set.of(form(by), weightBits(by.bits()));
  }

  static Set<String> of(ActivationQuantizer by) {
    return Set.of(form(by), activationBits(by.bits()));
  }

  private static String weightBits(int bits) {
    return "weights of %d bits".formatted(bits);
  }

  private static String activationBits(int bits) {
    return "activations of %d bits".formatted(bits);
  }

  private static String form(WeightQuantizer by) {
    String format = by.scheme() == WeightScheme.UNIFORM ? words(by.format()) : "";
    return "weights: %s %s %s, %s"
        .formatted(word(by.scheme()), word(by.granularity()), word(by.range()), format);
  }

  private static String form(ActivationQuantizer by) {
    return "activations: %s %s, %s"
        .formatted(word(by.granularity()), word(by.range()), words(by.format()));
  }

  private static String words(CodeFormat of) {
    String span = of.sign() == Sign.SIGNED ? word(of.span()) : "";
    return "%s %s %s, steps: %s"
        .formatted(word(of.symmetry()), word(of.sign()), span, word(of.steps()));
  }

  private static String word(Enum<?> of) {
    return of.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
