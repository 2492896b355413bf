package org.sparkqat.analysis;

import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;

/**
 * What quantization does to the weights of a layer, batch normalization folded in.
 *
 * @param signal sum of squares of the weights
 * @param noise sum of squared differences of the quantized ones
 * @param ownNoise the same of the weights as they are trained, the folded factor undone
 */
public record WeightError(double signal, double noise, double ownNoise) {

  /** Signal to quantization noise ratio in dB; infinite without noise. */
  public double sqnr() {
    return Measurement.decibels(signal, noise);
  }

  /**
   * The error of a layer.
   *
   * @param block index of the layer
   * @param scheme which quantizes its weights
   */
  public static WeightError of(
      BlockGraph graph,
      int block,
      QuantizationScheme scheme,
      float[] parameters,
      float[] statistics) {
    QuantizedGraph quantized = QuantizedGraph.of(graph, scheme);
    float[] real = weights(quantized, block, Arithmetic.FLOAT, parameters, statistics);
    float[] codes = weights(quantized, block, Arithmetic.QUANTIZED, parameters, statistics);
    int offset =
        graph
            .network()
            .parameters()
            .parameter(graph.blocks().get(block).name() + ".weight")
            .offset();
    int outputs = graph.blocks().get(block).outputShape().channels();
    int row = real.length / outputs;
    double signal = 0;
    double noise = 0;
    double ownNoise = 0;
    for (int o = 0; o < outputs; o++) {
      double rowNoise = 0;
      double folded = 0;
      double own = 0;
      for (int i = o * row; i < (o + 1) * row; i++) {
        double difference = (double) codes[i] - real[i];
        rowNoise += difference * difference;
        folded += (double) real[i] * real[i];
        own += (double) parameters[offset + i] * parameters[offset + i];
      }
      signal += folded;
      noise += rowNoise;
      ownNoise += folded > 0 ? rowNoise * own / folded : 0;
    }
    return new WeightError(signal, noise, ownNoise);
  }

  private static float[] weights(
      QuantizedGraph graph,
      int block,
      Arithmetic arithmetic,
      float[] parameters,
      float[] statistics) {
    Block of = graph.graph().blocks().get(block);
    FoldedWeights folded =
        FoldedWeights.served(
            of, graph, arithmetic, parameters, statistics, Ranges.empty(graph.slots()));
    float[] weights = new float[folded.weight().size()];
    folded.realWeights(weights);
    return weights;
  }
}
