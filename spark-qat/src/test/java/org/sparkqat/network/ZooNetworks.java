package org.sparkqat.network;

import java.util.stream.Stream;
import org.sparkqat.tensor.Shape;

/** Every network of the zoo on the images that it is meant for. */
final class ZooNetworks {

  private ZooNetworks() {}

  static Stream<Network> all() {
    return Zoo.names().stream().map(ZooNetworks::network);
  }

  static Network network(String name) {
    boolean mnist = name.equals("mlp") || name.equals("lenet5");
    return Zoo.network(name, mnist ? new Shape(1, 28, 28) : new Shape(3, 32, 32), 10);
  }
}
