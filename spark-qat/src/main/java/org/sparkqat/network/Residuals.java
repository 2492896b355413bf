package org.sparkqat.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The residual tensors of a network: what an addition reads, and what it makes. */
public final class Residuals {

  private static final String SUFFIX = ".requantize";

  private Residuals() {}

  /** The blocks whose outputs are residual, {@link BlockGraph#INPUT} for the network's input. */
  static Set<Integer> of(BlockGraph graph) {
    Set<Integer> residual = new HashSet<>();
    for (Block block : graph.blocks()) {
      if (block.anchor().layer() instanceof Layer.Add) {
        residual.add(block.index());
        block.inputs().forEach(input -> residual.add(graph.sourceOfCodes(input)));
      }
    }
    return residual;
  }

  /**
   * The same network with a {@link Requantize} layer, named {@code NAME.requantize}, between each
   * residual tensor of a block NAME and the convolutions and fully connected layers that read it:
   * residual tensors may then have more bits than the inputs of those. Parameters, their order and
   * the float network's values stay as they are.
   */
  public static Network requantized(Network network) {
    BlockGraph graph = BlockGraph.of(network);
    Map<String, String> requantized = new HashMap<>();
    Map<String, List<String>> readers = new HashMap<>();
    Set<Integer> residual = of(graph);
    for (Block block : graph.blocks()) {
      int read = block.inputs().get(0);
      if (block.isWeighted() && residual.contains(graph.sourceOfCodes(read))) {
        String tensor = block.anchor().inputs().get(0);
        String name = read == BlockGraph.INPUT ? Network.INPUT : graph.blocks().get(read).name();
        requantized.put(tensor, name + SUFFIX);
        readers.computeIfAbsent(tensor, none -> new ArrayList<>()).add(block.name());
      }
    }
    return rebuilt(network, requantized, readers);
  }

  private static Network rebuilt(
      Network network, Map<String, String> requantized, Map<String, List<String>> readers) {
    Network.Builder net = Network.builder(network.name(), network.inputShape());
    Set<String> added = new HashSet<>();
    for (Node node : network.nodes()) {
      String first = node.inputs().get(0);
      List<String> inputs = new ArrayList<>(node.inputs());
      if (readers.getOrDefault(first, List.of()).contains(node.name())) {
        String name = requantized.getOrDefault(first, first);
        if (added.add(name)) {
          net.add(name, new Requantize(), first);
        }
        inputs.set(0, name);
      }
      net.add(node.name(), node.layer(), inputs.toArray(new String[0]));
    }
    return net.build();
  }
}
