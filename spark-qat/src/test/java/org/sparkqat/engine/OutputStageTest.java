package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.sparkqat.network.Activation;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.tensor.Shape;

class OutputStageTest {

  private static final float INFINITY = Float.POSITIVE_INFINITY;
  private static final float NAN = Float.NaN;

  @Test
  void aRectifierPassesTheGradientOfPositiveValuesOnly() {
    Stage stage = new Stage(Activation.RELU, Arithmetic.FLOAT, Granularity.PER_TENSOR, 5, 1);
    stage.forward(-1, -0f, 0, Float.MIN_VALUE, 3);
    assertThat(stage.dst.data).containsExactly(0, 0, 0, Float.MIN_VALUE, 3);
    assertThat(stage.mask()).containsExactly(0, 0, 0, 1, 1);
  }

  @Test
  void aRectifierWithALimitPassesNoneAtTheLimitEither() {
    Stage stage = new Stage(Activation.RELU6, Arithmetic.FLOAT, Granularity.PER_TENSOR, 5, 1);
    stage.forward(-1, 0, Math.nextDown(6f), 6, 7);
    assertThat(stage.dst.data).containsExactly(0, 0, Math.nextDown(6f), 6, 6);
    assertThat(stage.mask()).containsExactly(0, 0, 1, 0, 0);
  }

  @Test
  void withoutActivationAndQuantizerEveryGradientPasses() {
    Stage stage = new Stage(Activation.NONE, Arithmetic.CALIBRATION, Granularity.PER_TENSOR, 3, 1);
    stage.forward(-1, 0, 1);
    assertThat(stage.mask()).containsExactly(1, 1, 1);
    assertThat(stage.result.observed().range(0)).isEqualTo(new Range(-1, 1));
  }

  /** Range -1 to 2 in 2 bits: scale 1, codes -1, 0, 1, 2 about the zero point. */
  @Test
  void theQuantizerPassesTheGradientWhereTheUnclampedCodeIsACode() {
    Stage stage = new Stage(Activation.NONE, Arithmetic.QUANTIZED, Granularity.PER_TENSOR, 8, 1);
    stage.load(new Range(-1, 2));
    stage.forward(-1.6f, -1.5f, -1.4f, 0.5f, 1.5f, 2.5f, 2.6f, INFINITY);
    assertThat(stage.dst.data).containsExactly(-1, -1, -1, 0, 2, 2, 2, 2);
    assertThat(stage.dst.isCodes).isTrue();
    assertThat(stage.mask()).containsExactly(0, 0, 1, 1, 1, 1, 0, 0);
    assertThat(stage.result.saturated()).isEqualTo(4);
  }

  @Test
  void theMaskOfARectifierWithAQuantizerIsThatOfBoth() {
    Stage stage = new Stage(Activation.RELU6, Arithmetic.QUANTIZED, Granularity.PER_TENSOR, 6, 1);
    stage.load(new Range(0, 3));
    stage.forward(-5, 0, 1, 3.4f, 3.6f, 6);
    assertThat(stage.dst.data).containsExactly(0, 0, 1, 3, 3, 3);
    assertThat(stage.mask()).containsExactly(0, 0, 1, 1, 0, 0);
    assertThat(stage.result.saturated()).isEqualTo(2);
  }

  @Test
  void eachChannelHasItsRangeWhenTheQuantizerIsPerChannel() {
    Stage stage = new Stage(Activation.NONE, Arithmetic.QUANTIZED, Granularity.PER_CHANNEL, 2, 3);
    stage.load(new Range(0, 3), new Range(0, 30));
    stage.forward(1, 2.2f, 9, 1, 22, 90);
    assertThat(stage.dst.data).containsExactly(1, 2, 3, 0, 20, 30);
    assertThat(stage.dst.isCodes).isFalse();
    assertThat(stage.mask()).containsExactly(1, 1, 0, 1, 1, 0);
    assertThat(stage.result.observed().range(0)).isEqualTo(new Range(1, 9));
    assertThat(stage.result.observed().range(1)).isEqualTo(new Range(1, 90));
  }

  @Test
  void theObservedRangeIsThatAfterTheActivation() {
    Stage stage = new Stage(Activation.RELU6, Arithmetic.QUANTIZED, Granularity.PER_TENSOR, 3, 1);
    stage.load(new Range(0, 3));
    stage.forward(-5, 2, 100);
    assertThat(stage.result.observed().range(0)).isEqualTo(new Range(0, 6));
  }

  @Test
  void aNanStaysNanAndIsSeenInTheRangeAndInTheGradient() {
    for (Activation activation : Activation.values()) {
      Stage stage = new Stage(activation, Arithmetic.QUANTIZED, Granularity.PER_TENSOR, 3, 1);
      stage.load(new Range(0, 3));
      stage.forward(1, NAN, 2);
      assertThat(stage.dst.data).containsExactly(1, NAN, 2);
      assertThat(stage.mask()).containsExactly(1, NAN, 1);
      assertThat(stage.result.observed().range(0)).isEqualTo(new Range(NAN, NAN));
    }
  }

  @Test
  void trainingAndEvaluationGiveTheSameCodes() {
    float[] values = new float[2000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i - 700) * 0.0037f;
    }
    for (Activation activation : Activation.values()) {
      Stage stage = new Stage(activation, Arithmetic.QUANTIZED, Granularity.PER_TENSOR, 2000, 1);
      stage.load(new Range(-1, 2));
      stage.forward(values);
      float[] trained = stage.dst.data.clone();
      System.arraycopy(values, 0, stage.dst.data, 0, values.length);
      stage.stage.forward(stage.dst, Pass.INFERENCE, null);
      assertThat(stage.dst.data).isEqualTo(trained);
    }
  }

  /** The end of a block with one image of channels times spatial values, 2 bits. */
  private static final class Stage {

    private final OutputStage stage;
    private final Activations dst;
    private final MicroBatchResult result;

    Stage(
        Activation activation,
        Arithmetic arithmetic,
        Granularity granularity,
        int channels,
        int spatial) {
      ActivationQuantizer quantizer =
          new ActivationQuantizer(
              2, Symmetry.ASYMMETRIC, granularity, ActivationQuantizer.DEFAULT.observer());
      Shape shape = new Shape(channels, 1, spatial);
      Network network = Network.builder("relu", shape).add("relu", new Layer.Relu()).build();
      QuantizationScheme scheme =
          new QuantizationScheme(QuantizationScheme.W8A8.weights(), quantizer, 0, List.of());
      QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), scheme);
      QuantizationPoint point = graph.pointOf(BlockGraph.INPUT);
      PlanSettings settings = new PlanSettings(1, arithmetic, Normalization.BATCH);
      this.stage = new OutputStage(activation, Optional.of(point), settings, channels, spatial);
      this.dst = new Activations(channels * spatial, true);
      this.result = new MicroBatchResult(graph);
    }

    void load(Range... slots) {
      Ranges ranges = Ranges.empty(slots.length);
      for (int slot = 0; slot < slots.length; slot++) {
        ranges.set(slot, slots[slot]);
      }
      stage.load(ranges);
    }

    void forward(float... values) {
      System.arraycopy(values, 0, dst.data, 0, values.length);
      stage.forward(dst, Pass.TRAINING, result);
    }

    /** What becomes of a gradient of ones. */
    float[] mask() {
      dst.clearGradient();
      Arrays.fill(dst.diff, 1f);
      stage.backward(dst, result);
      return dst.diff;
    }
  }
}
