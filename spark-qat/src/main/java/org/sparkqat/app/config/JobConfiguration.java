package org.sparkqat.app.config;

import org.sparkqat.network.Network;
import org.sparkqat.network.Residuals;
import org.sparkqat.quantization.QuantizationScheme;

/** The configuration of one job, checked as a whole. */
public record JobConfiguration(
    DataConfiguration data,
    ModelConfiguration model,
    QuantizationConfiguration quantization,
    TrainingConfiguration training,
    ClusterConfiguration cluster,
    OutputConfiguration output) {

  /** The network that is trained. */
  public Network network() {
    return network(model, data, quantization);
  }

  /** How many examples calibration needs. */
  public CalibrationExamples calibration() {
    return CalibrationExamples.of(network(), training.stages());
  }

  static Network network(
      ModelConfiguration model, DataConfiguration data, QuantizationConfiguration quantization) {
    Network network = model.network(data);
    return quantization.scheme().residualBits() == 0 ? network : Residuals.requantized(network);
  }

  /** What the network is quantized with at the end: that of the last stage. */
  public QuantizationScheme scheme() {
    return training.stages().get(training.stages().count() - 1).scheme();
  }
}
