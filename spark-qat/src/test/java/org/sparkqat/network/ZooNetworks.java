package org.sparkqat.network;

import java.util.stream.Stream;

/** Every network of the zoo on the images that it is meant for. */
final class ZooNetworks {

  private ZooNetworks() {}

  static Stream<Network> all() {
    return Zoo.names().stream().map(ZooNetworks::network);
  }

  static Network network(String name) {
    return Zoo.network(name, Zoo.usualInput(name), 10);
  }
}
