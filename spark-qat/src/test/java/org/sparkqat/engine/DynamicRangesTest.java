package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sparkqat.network.Bias;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Shape;

/** Ranges of the tensors, or of the examples, at hand. */
class DynamicRangesTest {

  private static final int BATCH = 3;
  private static final Network NETWORK =
      Network.builder("little", new Shape(2, 5, 4))
          .add("conv", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITH))
          .add("relu", new Layer.Relu())
          .add("pool", new Layer.MaxPool(Window.square(2, 2, 0)))
          .add("flatten", new Layer.Flatten())
          .add("fc", new Layer.FullyConnected(3, Bias.WITH))
          .build();

  private static QuantizedGraph graph(ActivationRange range) {
    return QuantizedGraph.of(
        BlockGraph.of(NETWORK),
        new QuantizationScheme(
            WeightQuantizer.DEFAULT, ActivationQuantizer.DEFAULT.withRange(range), 0, List.of()));
  }

  private static Plan plan(Kernels kernels, ActivationRange range, float[] parameters) {
    QuantizedGraph graph = graph(range);
    PlanSettings settings = new PlanSettings(BATCH, Arithmetic.QUANTIZED, Normalization.RUNNING);
    Plan plan = Plan.compile(kernels, graph, InputNormalization.identity(2), settings);
    plan.load(parameters, new float[0], Ranges.empty(graph.slots()));
    return plan;
  }

  private static float[] random(int size, Random random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void theInputHasTheCodesOfDynamicQuantizeLinear() {
    Random random = Seeds.random();
    float[] raw = random(BATCH * 40, random);
    float[] parameters = random(NETWORK.parameters().size(), random);
    for (ActivationRange range :
        new ActivationRange[] {ActivationRange.DYNAMIC, ActivationRange.DYNAMIC_PER_ROW}) {
      int row = range == ActivationRange.DYNAMIC ? raw.length : 40;
      try (Kernels kernels = new ReferenceKernels();
          Plan plan = plan(kernels, range, parameters)) {
        plan.infer(raw, new float[BATCH * 3]);
        float[] quantized = plan.output(BlockGraph.INPUT).data();
        for (int i = 0; i < raw.length; i++) {
          int from = i / row * row;
          float min = 0;
          float max = 0;
          for (int k = from; k < from + row; k++) {
            min = Math.min(min, raw[k]);
            max = Math.max(max, raw[k]);
          }
          float scale = (float) (((double) max - min) / 255);
          double zeroPoint = Math.rint(-min / (double) scale);
          double code = Math.rint(raw[i] / scale) + zeroPoint;
          double expected = scale * (Math.max(0, Math.min(255, code)) - zeroPoint);
          assertThat(quantized[i]).isEqualTo((float) expected);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void anExampleWithARangeOfItsOwnDoesNotSeeTheOthers(EngineChoice engine) {
    Random random = Seeds.random();
    float[] raw = random(BATCH * 40, random);
    float[] parameters = random(NETWORK.parameters().size(), random);
    float[] others = raw.clone();
    for (int i = 40; i < others.length; i++) {
      others[i] *= 7;
    }
    try (Kernels kernels = Engines.open(engine);
        Plan rows = plan(kernels, ActivationRange.DYNAMIC_PER_ROW, parameters);
        Plan whole = plan(kernels, ActivationRange.DYNAMIC, parameters)) {
      float[] first = infer(rows, raw);
      assertThat(infer(rows, others)).isEqualTo(first);
      assertThat(infer(whole, others)).isNotEqualTo(infer(whole, raw));
      float[] repeated = new float[raw.length];
      for (int n = 0; n < BATCH; n++) {
        System.arraycopy(raw, 0, repeated, n * 40, 40);
      }
      assertThat(infer(whole, repeated)).as("a tensor of one example").isEqualTo(first);
    }
  }

  /** The outputs of the first example. */
  private static float[] infer(Plan plan, float[] raw) {
    float[] outputs = new float[BATCH * 3];
    plan.infer(raw, outputs);
    return Arrays.copyOf(outputs, 3);
  }

  @ParameterizedTest
  @EnumSource(names = {"REFERENCE", "ONEDNN"})
  void aNanIsNeverACode(EngineChoice engine) {
    Random random = Seeds.random();
    float[] raw = random(BATCH * 40, random);
    raw[50] = Float.NaN;
    float[] parameters = random(NETWORK.parameters().size(), random);
    MicroBatchResult result = new MicroBatchResult(graph(ActivationRange.DYNAMIC_PER_ROW));
    try (Kernels kernels = Engines.open(engine);
        Plan plan = plan(kernels, ActivationRange.DYNAMIC_PER_ROW, parameters)) {
      plan.train(
          raw,
          Targets.ofLabels(3, BATCH),
          new org.sparkqat.training.Loss.SoftmaxCrossEntropy(0),
          new DropoutKey(1, 2, 3),
          result);
    }
    assertThat(result.loss()).isNaN();
    assertThat(result.firstNonFinite()).isZero();
  }

  @Test
  void theReasonForFloatIsTold() {
    try (Kernels kernels = Engines.open(EngineChoice.ONEDNN)) {
      assertThat(
              ArithmeticInUse.of(
                      kernels,
                      graph(ActivationRange.DYNAMIC_PER_ROW),
                      InputNormalization.identity(2))
                  .obstacle())
          .contains("layer 'conv': the range of its input is dynamic");
    }
  }
}
