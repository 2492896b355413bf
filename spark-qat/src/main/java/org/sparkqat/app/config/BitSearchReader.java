package org.sparkqat.app.config;

import java.util.List;
import java.util.Optional;
import org.sparkqat.analysis.BitSearch;
import org.sparkqat.analysis.WeightBits;
import org.sparkqat.network.Network;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;

/** Reads group {@code quantization.mixed}: that training chooses the bits of each layer. */
final class BitSearchReader {

  static final String GROUP = "mixed";

  private static final int BITS = 4;
  private static final Bounds ALLOWED = Bounds.between(2, CodeFormat.MOST_BITS);
  private static final Kind<Long> CANDIDATE = new Kind.Whole(ALLOWED.ofInt());

  private BitSearchReader() {}

  /** Empty where the group is not there: no bits are chosen. */
  static Optional<BitSearch> read(Section quantization) {
    return quantization.optionalGroup(GROUP).flatMap(section -> read(quantization, section));
  }

  private static Optional<BitSearch> read(Section quantization, Section section) {
    double average = section.real("average-bits", BITS, ALLOWED);
    List<Integer> candidates =
        section
            .values(
                "candidates",
                CANDIDATE,
                BitSearch.CANDIDATES.stream().map(Integer::longValue).toList())
            .stream()
            .map(Long::intValue)
            .toList();
    int examples = section.integer("examples", BitSearch.EXAMPLES, Bounds.atLeast(1));
    return quantization.checked(GROUP, () -> new BitSearch(average, candidates, examples));
  }

  /** Reports what leaves nothing to choose. */
  static void check(Section quantization, QuantizationScheme scheme) {
    Section weights = quantization.group("weights");
    if (CodeFormatReader.staysFloat(weights)) {
      weights.conflict("bits", "quantization.mixed chooses bits of weights that are quantized");
      return;
    }
    if (scheme.weights().scheme().hasOwnBits()) {
      weights.conflict(
          "scheme", "it has bits of its own; quantization.mixed needs uniform or tanh");
    }
    requireNoWeights(quantization, scheme.rules());
  }

  /** Reports rules of a section that would overrule the choice. */
  static void requireNoWeights(Section section, List<QuantizationRule> rules) {
    if (rules.stream().anyMatch(BitSearchReader::speaksOfWeights)) {
      section.problem(
          QuantizationReader.LAYERS,
          "Invalid %s: rules for weights (quantization.mixed chooses their bits; remove these rules, or quantization.mixed)"
              .formatted(section.path(QuantizationReader.LAYERS)));
    }
  }

  private static boolean speaksOfWeights(QuantizationRule rule) {
    return rule.weights().isPresent() || rule.real().contains(Part.WEIGHTS);
  }

  /** Reports a search in which no choice is within the average, or with too few examples. */
  static void check(
      Section quantization,
      Network network,
      QuantizationScheme scheme,
      BitSearch search,
      int microBatch,
      Optional<CalibrationExamples> calibration) {
    if (search.examples() < microBatch) {
      quantization
          .group(GROUP)
          .conflict("examples", "one micro-batch, training.batch-size / shards, has " + microBatch);
    }
    calibration
        .flatMap(needed -> needed.shortage(search.examples()))
        .ifPresent(
            reason ->
                quantization
                    .group(GROUP)
                    .conflict("examples", reason + "; add examples, or use another observer"));
    quantization.checked(GROUP, () -> new WeightBits(network, scheme, search));
  }
}
