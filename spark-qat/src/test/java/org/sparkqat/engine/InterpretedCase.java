package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.sparkqat.engine.integer.IntegerModel;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.quantization.Affine;
import org.sparkqat.quantization.Rounding;

/** A random quantized network in integers, beside what a plan computes. */
final class InterpretedCase {

  private static final long EXACT_FLOATS = 1L << 24;

  private InterpretedCase() {}

  /** False for what has no one scale, or sums beyond 32 bits: it is refused. */
  static boolean isInteger(QuantizedCase drawn) {
    if (drawn.graph.obstacleToIntegers().isPresent()) {
      return false;
    }
    try {
      compile(drawn, Rounding.FLOAT_HALF_EVEN);
      return true;
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("(allowed: 2^31 - 1; use fewer bits)");
      return false;
    }
  }

  static IntegerModel compile(QuantizedCase drawn, Rounding rounding) {
    return IntegerModel.compile(
        drawn.graph,
        drawn.numbers.inputNormalization,
        drawn.numbers.parameters,
        drawn.numbers.statistics,
        drawn.ranges,
        rounding);
  }

  static float[] outputs(QuantizedCase drawn) {
    return new float[drawn.numbers.batch * drawn.graph.graph().output().outputShape().size()];
  }

  static Affine affine(QuantizedCase drawn, int index) {
    QuantizationPoint point = drawn.graph.pointOf(index);
    return point.quantizer().affine(drawn.ranges.range(point.firstSlot()));
  }

  /**
   * Compares evaluation with the interpreter.
   *
   * @return true when evaluation ran in native memory
   */
  static boolean compare(QuantizedCase drawn, Kernels kernels) {
    IntegerModel model = compile(drawn, Rounding.FLOAT_HALF_EVEN);
    float[] outputs = outputs(drawn);
    try (Plan plan = drawn.infer(kernels, outputs)) {
      compare(drawn, model, plan, outputs);
      return !(plan instanceof HostPlan);
    }
  }

  /** Compares evaluation that is integer-true with the interpreter of the same rounding. */
  static void compareRounded(QuantizedCase drawn, Rounding rounding, Kernels kernels) {
    IntegerModel model = compile(drawn, rounding);
    float[] outputs = outputs(drawn);
    try (Plan plan = drawn.integerTrue(rounding).infer(kernels, outputs)) {
      compare(drawn, model, plan, outputs);
    }
  }

  /** Plans in Java add products in floats, which are exact below 2^24 only. */
  static boolean mayRound(QuantizedCase drawn) {
    return drawn.graph.graph().blocks().stream()
        .filter(Block::isWeighted)
        .anyMatch(block -> largestSum(drawn, block) >= EXACT_FLOATS);
  }

  /** The largest magnitude of the sums of products of a weighted block. */
  static long largestSum(QuantizedCase drawn, Block block) {
    float[] codes = drawn.served(block).values();
    int perOutput = codes.length / block.outputShape().channels();
    Affine src = affine(drawn, block.inputs().get(0));
    long largest = 0;
    for (int row = 0; row < codes.length; row += perOutput) {
      double sum = 0;
      for (int i = row; i < row + perOutput; i++) {
        sum += Math.abs(codes[i]);
      }
      largest = Math.max(largest, (long) (sum * Math.max(-src.lowest(), src.highest())));
    }
    return largest;
  }

  /** Every code of every block, and the outputs. */
  static void compare(QuantizedCase drawn, IntegerModel model, Plan plan, float[] outputs) {
    int batch = drawn.numbers.batch;
    int size = drawn.numbers.raw.length / batch;
    int width = outputs.length / batch;
    List<Integer> blocks =
        Stream.concat(
                Stream.of(BlockGraph.INPUT),
                drawn.graph.graph().blocks().stream().map(Block::index))
            .filter(index -> index == BlockGraph.INPUT || !drawn.graph.staysReal(index))
            .toList();
    List<float[]> expected = blocks.stream().map(index -> plan.output(index).data()).toList();
    for (int n = 0; n < batch; n++) {
      float[] actual = new float[width];
      model.infer(Arrays.copyOfRange(drawn.numbers.raw, n * size, (n + 1) * size), actual);
      for (int i = 0; i < blocks.size(); i++) {
        int[] codes = model.program().values(blocks.get(i));
        float[] all = expected.get(i);
        int from = n * codes.length;
        assertThat(codes)
            .as("codes of %s, example %d", name(drawn, blocks.get(i)), n)
            .isEqualTo(
                IntStream.range(from, from + codes.length).map(at -> (int) all[at]).toArray());
      }
      for (int k = 0; k < width; k++) {
        // A sum of 0 and a product with -0 are zeros of another sign.
        assertThat(actual[k] + 0f).as("output %d", k).isEqualTo(outputs[n * width + k] + 0f);
      }
    }
  }

  private static String name(QuantizedCase drawn, int index) {
    return index == BlockGraph.INPUT ? "input" : drawn.graph.graph().blocks().get(index).toString();
  }
}
