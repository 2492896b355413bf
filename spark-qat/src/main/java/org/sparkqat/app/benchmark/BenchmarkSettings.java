package org.sparkqat.app.benchmark;

import org.sparkqat.engine.EngineChoice;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.network.Zoo;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.WeightQuantizer;

/**
 * What is timed.
 *
 * @param model a network of the zoo, on the examples that it was designed for
 * @param batch examples of a step, 1 to 65,536, default 64
 * @param threads threads of a step, at least 1
 * @param steps steps that are timed, 1 to 1,000,000, default 20
 * @param bits of weights and activations in the quantized steps, 2 to 8, default 8
 * @param engine which kernels
 * @param warmUpSeconds how long steps run before they are timed, 0 to 3,600, default 5
 * @param gradients numbers that gradients are multiplied in in quantized steps
 */
public record BenchmarkSettings(
    String model,
    int batch,
    int threads,
    int steps,
    int bits,
    EngineChoice engine,
    double warmUpSeconds,
    GradientPrecision gradients) {

  private static final int LARGEST_BATCH = 65_536;
  private static final int MOST_STEPS = 1_000_000;
  private static final double LONGEST_WARM_UP = 3600;

  public BenchmarkSettings {
    if (!Zoo.names().contains(model)) {
      throw invalid("--model", model, "allowed: " + String.join(", ", Zoo.names()));
    }
    requireWithin("--batch", batch, 1, LARGEST_BATCH);
    if (threads < 1) {
      throw invalid("--threads", threads, "must be at least 1");
    }
    requireWithin("--steps", steps, 1, MOST_STEPS);
    requireWithin("--bits", bits, 2, 8);
    if (!(warmUpSeconds >= 0 && warmUpSeconds <= LONGEST_WARM_UP)) {
      throw invalid("--warm-up", warmUpSeconds, "allowed: 0 to 3600 seconds");
    }
  }

  private static void requireWithin(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw invalid(option, value, "allowed: " + least + " to " + most);
    }
  }

  private static IllegalArgumentException invalid(String option, Object value, String remedy) {
    return new IllegalArgumentException("Invalid " + option + ": " + value + " (" + remedy + ")");
  }

  /** Per-channel symmetric weights, per-tensor asymmetric activations. */
  QuantizationScheme scheme() {
    return new QuantizationScheme(
        WeightQuantizer.DEFAULT.withBits(bits),
        ActivationQuantizer.DEFAULT.withBits(bits),
        QuantizationScheme.W8A8.firstLastBits(),
        QuantizationScheme.W8A8.rules());
  }
}
