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
