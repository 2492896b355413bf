package org.sparkqat.analysis;

import java.util.List;
import java.util.TreeSet;

/**
 * How the bits of the weights of each layer are chosen.
 *
 * @param averageBits mean bits of a weight, at most
 * @param candidates numbers of bits to choose from, 2 to 16, each once, at least two of them
 * @param examples on which the layers are measured, at least 1
 */
public record BitSearch(double averageBits, List<Integer> candidates, int examples) {

  public static final List<Integer> CANDIDATES = List.of(2, 3, 4, 6, 8);

  public static final int EXAMPLES = 512;

  public BitSearch {
    candidates = List.copyOf(candidates);
    if (candidates.size() < 2 || new TreeSet<>(candidates).size() < candidates.size()) {
      throw new IllegalArgumentException(
          "Invalid candidates: " + candidates + " (two at least, each once)");
    }
    if (candidates.stream().anyMatch(bits -> bits < 2 || bits > 16)) {
      throw new IllegalArgumentException(
          "Invalid candidates: " + candidates + " (allowed: 2 to 16)");
    }
    if (!(averageBits >= new TreeSet<>(candidates).first()
        && averageBits <= new TreeSet<>(candidates).last())) {
      throw new IllegalArgumentException(
          "Invalid average bits: %s (allowed: from the least of the candidates %s to the most)"
              .formatted(averageBits, candidates));
    }
    if (examples < 1) {
      throw new IllegalArgumentException("Invalid examples: " + examples + " (must be at least 1)");
    }
  }
}
