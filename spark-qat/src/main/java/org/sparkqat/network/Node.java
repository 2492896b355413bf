package org.sparkqat.network;

import java.util.List;
import org.sparkqat.tensor.Shape;

/**
 * A named layer of a network with its inputs and its inferred shape.
 *
 * @param inputs names of the nodes it reads, {@link Network#INPUT} for the network's input
 */
public record Node(String name, Layer layer, List<String> inputs, Shape shape) {

  public Node {
    inputs = List.copyOf(inputs);
  }
}
