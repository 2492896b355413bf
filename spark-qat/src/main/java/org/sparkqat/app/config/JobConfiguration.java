package org.sparkqat.app.config;

import org.sparkqat.network.Network;
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
    return model.network(data);
  }

  public QuantizationScheme scheme() {
    return quantization.scheme();
  }
}
