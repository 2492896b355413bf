package org.sparkqat.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.sparkqat.network.Network;
import org.sparkqat.network.Node;
import org.sparkqat.tensor.Parameter;

/**
 * The forward pass of a training step in double precision: one layer after the other, one example
 * after the other, written from the equations of the layers and from nothing else.
 *
 * @param dropout factor of each element of each dropout layer, {@code [N][F]} by name
 */
record NetworkOracle(
    Network network,
    int batch,
    Normalization normalization,
    Map<String, double[][]> dropout,
    Quantizers quantizers,
    Noise noise) {

  /** What stands between the layers. */
  interface Quantizers {

    /** Nothing. */
    Quantizers NONE = new Quantizers() {};

    /** The weights that a layer multiplies by. */
    default double[] weights(Node layer, double[] weights, Numbers numbers) {
      return weights;
    }

    /** The bias that a layer adds. */
    default double[] bias(Node layer, double[] bias, Numbers numbers) {
      return bias;
    }

    /** True for a batch normalization that is in the weights and the bias already. */
    default boolean folds(Node normalization) {
      return false;
    }

    /** What the readers of a layer see. */
    default double[][] output(String layer, double[][] values) {
      return values;
    }

    /** The branch that the layers' n-th decision takes. */
    default int branch(int n, int taken) {
      return taken;
    }

    /** Which of the numbers of {@link #shift} the outputs depend on. */
    default List<Integer> shifts() {
      return List.of();
    }

    /**
     * Moves what a quantizer puts out: number {@code 3 * slot} the values below the codes, the next
     * the scale, and the last the values above.
     */
    default void shift(int number, double by) {}

    /** Distance of the nearest quantized value from a tie, in codes. */
    default double tieDistance() {
      return Double.POSITIVE_INFINITY;
    }
  }

  /** Parameters and statistics by the names of layer and kind. */
  record Numbers(Network network, double[] parameters, double[] statistics) {

    double[] parameter(String layer, String kind) {
      return slice(parameters, network.parameters().parameter(layer + "." + kind));
    }

    double[] statistic(String layer, String kind) {
      return slice(statistics, network.statistics().parameter(layer + "." + kind));
    }

    /** Zeros where the layer has no bias. */
    double[] bias(Node layer) {
      return network.parameters().contains(layer.name() + ".bias")
          ? parameter(layer.name(), "bias")
          : new double[layer.shape().channels()];
    }

    private static double[] slice(double[] values, Parameter of) {
      return Arrays.copyOfRange(values, of.offset(), of.end());
    }
  }

  /** An error of each value that a layer puts out, relative and uniform up to a size. */
  record Noise(double size, long seed) {
    static final Noise NONE = new Noise(0, 0);
  }

  /**
   * What a forward pass gives.
   *
   * @param outputs {@code [N][K]}
   * @param branches hash of every decision that a layer took: equal on one smooth piece
   * @param kinkDistance distance of the nearest decision from its tie, relative to its layer's
   *     largest value (at least 1)
   * @param spread smallest deviation of a batch-normalized channel, relative to its mean (at least
   *     1)
   */
  record Run(double[][] outputs, long branches, double kinkDistance, double spread) {}

  /**
   * Runs forward.
   *
   * @param input {@code [N, C, H, W]}, normalized
   */
  Run run(double[] parameters, double[] statistics, double[] input) {
    LayerOracle layers = new LayerOracle(this, new Numbers(network, parameters, statistics));
    SplittableRandom random = new SplittableRandom(noise.seed());
    layers.put(Network.INPUT, quantizers.output(Network.INPUT, examples(input)));
    for (Node node : network.nodes()) {
      double[][] values = noisy(layers.output(node), random);
      layers.put(node.name(), quantizers.output(node.name(), values));
    }
    return layers.run();
  }

  private double[][] noisy(double[][] values, SplittableRandom random) {
    for (double[] example : noise.size() == 0 ? new double[0][] : values) {
      for (int i = 0; i < example.length; i++) {
        example[i] *= 1 + noise.size() * (2 * random.nextDouble() - 1);
      }
    }
    return values;
  }

  private double[][] examples(double[] input) {
    double[][] examples = new double[batch][network.inputShape().size()];
    for (int n = 0; n < batch; n++) {
      System.arraycopy(input, n * examples[n].length, examples[n], 0, examples[n].length);
    }
    return examples;
  }
}
