package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.tensor.Shape;

class MaxPoolOperationTest {

  private static final Shape IMAGE = new Shape(1, 2, 3);
  private static final MicroBatchResult RESULT = result();

  @Test
  void theFirstOfEqualMaximaGetsTheGradient() {
    assertThat(gradient(Window.square(2, 1, 0), 5, 5, 5, 5, 5, 5))
        .containsExactly(1, 2, 0, 0, 0, 0);
    assertThat(gradient(Window.square(2, 1, 0), 1, 2, 2, 2, 0, 2))
        .containsExactly(0, 3, 0, 0, 0, 0);
  }

  @Test
  void gradientsOfWindowsThatShareTheirMaximumAddUp() {
    assertThat(gradient(Window.square(2, 1, 0), 0, 0, 0, 0, 9, 0))
        .containsExactly(0, 0, 0, 0, 3, 0);
  }

  @Test
  void paddingIsNeverTheMaximum() {
    Window padded = new Window(2, 2, 2, 2, 1, 1);
    assertThat(values(padded, -1, -2, -3, -4, -5, -6)).containsExactly(-1, -2, -4, -5);
  }

  @Test
  void aNanIsTheMaximumSoThatItIsNotLost() {
    assertThat(values(Window.square(2, 1, 0), 1, Float.NaN, 9, 2, 3, 4))
        .containsExactly(Float.NaN, Float.NaN);
    assertThat(values(Window.square(2, 1, 0), Float.NaN, 9, 1, 2, 3, 4))
        .containsExactly(Float.NaN, 9);
  }

  private static float[] values(Window window, float... pixels) {
    return run(window, pixels).output().data;
  }

  /** Gradients 1, 2, ... come from the outputs. */
  private static float[] gradient(Window window, float... pixels) {
    Activations src = new Activations(pixels.length, true);
    MaxPoolOperation pool = run(window, src, pixels);
    pool.output().clearGradient();
    for (int i = 0; i < pool.output().diff.length; i++) {
      pool.output().diff[i] = i + 1;
    }
    src.clearGradient();
    pool.backward(RESULT);
    return src.diff;
  }

  private static MaxPoolOperation run(Window window, float... pixels) {
    return run(window, new Activations(pixels.length, true), pixels);
  }

  private static MaxPoolOperation run(Window window, Activations src, float... pixels) {
    System.arraycopy(pixels, 0, src.data, 0, pixels.length);
    Shape out = new Shape(1, window.outputHeight(2), window.outputWidth(3));
    Activations dst = new Activations(out.size(), true);
    MaxPoolOperation pool = new MaxPoolOperation(1, IMAGE, out, window, src, dst);
    pool.forward(new MicroBatchContext(Pass.TRAINING, RESULT, new DropoutKey(0, 0, 0)));
    return pool;
  }

  private static MicroBatchResult result() {
    Network network = Network.builder("relu", IMAGE).add("relu", new Layer.Relu()).build();
    return new MicroBatchResult(QuantizedGraph.of(BlockGraph.of(network), QuantizationScheme.W8A8));
  }
}
