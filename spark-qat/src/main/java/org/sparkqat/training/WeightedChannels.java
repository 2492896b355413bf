package org.sparkqat.training;

import java.util.Arrays;
import java.util.Optional;
import org.sparkqat.engine.NormalizationParameters;
import org.sparkqat.network.Block;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.tensor.Parameter;

/** The parameters of a weighted block by its output and its input channels. */
final class WeightedChannels {

  private final Block block;
  private final Parameter weight;
  private final Optional<Parameter> bias;
  private final Optional<NormalizationParameters> normalization;
  private final Optional<Parameter> gamma;
  private final Optional<Parameter> beta;
  private final int outputs;
  private final int perOutput;
  private final int groups;

  WeightedChannels(Network network, Block block) {
    this.block = block;
    this.weight = network.parameters().parameter(block.name() + ".weight");
    this.bias = parameter(network, block.name() + ".bias");
    this.normalization =
        block.normalization().map(node -> new NormalizationParameters(network, node));
    this.gamma = block.normalization().flatMap(node -> parameter(network, node.name() + ".gamma"));
    this.beta = block.normalization().flatMap(node -> parameter(network, node.name() + ".beta"));
    this.outputs = block.outputShape().channels();
    this.perOutput = weight.size() / outputs;
    this.groups =
        block.anchor().layer() instanceof Layer.Convolution convolution ? convolution.groups() : 1;
  }

  private static Optional<Parameter> parameter(Network network, String name) {
    return network.parameters().contains(name)
        ? Optional.of(network.parameters().parameter(name))
        : Optional.empty();
  }

  String name() {
    return block.name();
  }

  int outputs() {
    return outputs;
  }

  int perOutput() {
    return perOutput;
  }

  int weightOffset() {
    return weight.offset();
  }

  /** The input channel, of {@code channels}, that a weight multiplies. */
  int inputChannel(int output, int indexOfOutput, int channels) {
    int perGroup = channels / groups;
    int group = output / (outputs / groups);
    return group * perGroup + indexOfOutput / (perOutput / perGroup);
  }

  /** What batch normalization multiplies each output by; 1 without one. */
  private float[] factors(float[] parameters, float[] statistics) {
    float[] factors = new float[outputs];
    if (normalization.isEmpty()) {
      Arrays.fill(factors, 1f);
      return factors;
    }
    NormalizationParameters by = normalization.get();
    by.load(parameters, statistics);
    for (int o = 0; o < outputs; o++) {
      factors[o] = by.factor(o);
    }
    return factors;
  }

  /** Largest magnitude of the folded weights of each output channel. */
  float[] outputMagnitudes(float[] parameters, float[] statistics) {
    float[] factors = factors(parameters, statistics);
    float[] largest = new float[outputs];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < perOutput; i++) {
        float magnitude = Math.abs(parameters[at(o, i)] * factors[o]);
        largest[o] = Math.max(largest[o], magnitude);
      }
    }
    return largest;
  }

  /** Largest magnitude of the folded weights that multiply each of so many input channels. */
  float[] inputMagnitudes(int channels, float[] parameters, float[] statistics) {
    float[] factors = factors(parameters, statistics);
    float[] largest = new float[channels];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < perOutput; i++) {
        int c = inputChannel(o, i, channels);
        largest[c] = Math.max(largest[c], Math.abs(parameters[at(o, i)] * factors[o]));
      }
    }
    return largest;
  }

  /** Makes the block's outputs smaller. */
  void divideOutputs(float[] by, float[] parameters) {
    for (int o = 0; o < outputs; o++) {
      if (gamma.isPresent() && beta.isPresent()) {
        parameters[gamma.get().offset() + o] /= by[o];
        parameters[beta.get().offset() + o] /= by[o];
        continue;
      }
      for (int i = 0; i < perOutput; i++) {
        parameters[at(o, i)] /= by[o];
      }
      if (bias.isPresent()) {
        parameters[bias.get().offset() + o] /= by[o];
      }
    }
  }

  /** Makes good for inputs that became smaller. */
  void multiplyInputs(float[] by, float[] parameters) {
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < perOutput; i++) {
        parameters[at(o, i)] *= by[inputChannel(o, i, by.length)];
      }
    }
  }

  private int at(int output, int indexOfOutput) {
    return weight.offset() + output * perOutput + indexOfOutput;
  }
}
