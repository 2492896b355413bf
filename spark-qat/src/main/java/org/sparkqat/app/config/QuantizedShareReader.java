package org.sparkqat.app.config;

import org.sparkqat.training.QuantizedShare;

/** Reads the group {@code quantized-weights} of a stage. */
final class QuantizedShareReader {

  private static final double DEFAULT_SHARE = 0.5;

  private enum Method {
    ALL,
    LARGEST,
    BLEND,
    RANDOM
  }

  private QuantizedShareReader() {}

  static QuantizedShare read(Section section) {
    return switch (section.choice("method", Method.ALL)) {
      case ALL -> QuantizedShare.all();
      case LARGEST ->
          new QuantizedShare.Largest(section.real("share", DEFAULT_SHARE, Bounds.aboveUpTo(0, 1)));
      case BLEND -> new QuantizedShare.Blend(end(section, "from", 0), end(section, "to", 1));
      case RANDOM -> new QuantizedShare.Sampled(end(section, "from", 0), end(section, "to", 1));
    };
  }

  private static double end(Section section, String key, double fallback) {
    return section.real(key, fallback, Bounds.between(0, 1));
  }
}
