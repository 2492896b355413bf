package org.sparkqat.engine;

import java.util.List;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Node;

/** The numbers of one batch-normalization layer that are in force, and where their gradients go. */
public final class NormalizationParameters {

  final float epsilon;
  private final int index;
  final int gammaOffset;
  final int betaOffset;
  final int meanOffset;
  final int varianceOffset;
  final float[] gamma;
  final float[] beta;
  final float[] mean;
  final float[] factor;

  /** The parameters of a node, none of which are in force before {@link #load}. */
  public NormalizationParameters(Network network, Node node) {
    this.epsilon = ((Layer.BatchNormalization) node.layer()).epsilon();
    this.index = batchNormalizations(network).indexOf(node.name());
    this.gammaOffset = network.parameters().parameter(node.name() + ".gamma").offset();
    this.betaOffset = network.parameters().parameter(node.name() + ".beta").offset();
    this.meanOffset = network.statistics().parameter(node.name() + ".mean").offset();
    this.varianceOffset = network.statistics().parameter(node.name() + ".variance").offset();
    int channels = node.shape().channels();
    this.gamma = new float[channels];
    this.beta = new float[channels];
    this.mean = new float[channels];
    this.factor = new float[channels];
  }

  /** Names of a network's batch normalizations, in its order. */
  static List<String> batchNormalizations(Network network) {
    return network.nodes().stream()
        .filter(node -> node.layer() instanceof Layer.BatchNormalization)
        .map(Node::name)
        .toList();
  }

  /** Takes the numbers that are in force until the next call. */
  public void load(float[] parameters, float[] statistics) {
    for (int c = 0; c < gamma.length; c++) {
      gamma[c] = Folding.gamma(parameters[gammaOffset + c]);
      beta[c] = parameters[betaOffset + c];
      mean[c] = statistics[meanOffset + c];
      factor[c] = Folding.factor(gamma[c], statistics[varianceOffset + c], epsilon);
    }
  }

  /** {@code 1 / sigma_running} of a channel. */
  float inverseDeviation(int channel) {
    return factor[channel] / gamma[channel];
  }

  /** Records the sums of {@code x = multiplier * src + shift} from those of src. */
  void record(
      int channel,
      double[] sums,
      long count,
      float multiplier,
      float shift,
      MicroBatchResult into) {
    double sum = multiplier * sums[0];
    double squares = (double) multiplier * multiplier * sums[1];
    into.statisticSums[meanOffset + channel] = sum + count * (double) shift;
    into.statisticSums[varianceOffset + channel] =
        squares + 2.0 * shift * sum + count * (double) shift * shift;
    into.statisticCounts[index] = count;
  }

  /** Added to the variance. */
  public float epsilon() {
    return epsilon;
  }

  /** The factors in force, one a channel, none 0; not to be changed. */
  public float[] gamma() {
    return gamma;
  }

  /** The summands in force, one a channel; not to be changed. */
  public float[] beta() {
    return beta;
  }

  /**
   * Records a channel of a micro-batch.
   *
   * @param batchMean mean of the channel's values less shift
   * @param batchVariance their variance, divided by count
   */
  public void record(
      int channel,
      double batchMean,
      double batchVariance,
      long count,
      float shift,
      MicroBatchResult into) {
    double shifted = batchMean + shift;
    into.statisticSums[meanOffset + channel] = count * shifted;
    into.statisticSums[varianceOffset + channel] = count * (batchVariance + shifted * shifted);
    into.statisticCounts[index] = count;
  }

  /** Adds the gradients of gamma and beta. */
  public void addGradients(float[] diffGamma, float[] diffBeta, float[] gradient) {
    for (int c = 0; c < gamma.length; c++) {
      gradient[gammaOffset + c] += diffGamma[c];
      gradient[betaOffset + c] += diffBeta[c];
    }
  }

  /** {@code gamma' / sigma_running} of a channel. */
  public float factor(int channel) {
    return factor[channel];
  }

  /** What normalization with running statistics adds to a channel after the factor. */
  public float intercept(int channel) {
    return Folding.bias(beta[channel], 0f, mean[channel], factor[channel]);
  }

  /**
   * Adds the gradients of a channel's gamma and beta with running statistics.
   *
   * @param sum of the gradient of the normalized values
   * @param dot of that gradient and the values before
   */
  public void addRunningGradients(int channel, double sum, double dot, float[] gradient) {
    double diffGamma = (dot - mean[channel] * sum) * inverseDeviation(channel);
    gradient[gammaOffset + channel] += (float) diffGamma;
    gradient[betaOffset + channel] += (float) sum;
  }
}
