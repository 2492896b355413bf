package org.sparkqat.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network with each batch normalization and activation joined to the layer before it, where no
 * other layer reads what lies between.
 */
public record BlockGraph(Network network, List<Block> blocks) {

  /** The index that stands for the network's input. */
  public static final int INPUT = -1;

  public BlockGraph {
    blocks = List.copyOf(blocks);
  }

  public static BlockGraph of(Network network) {
    return new Fusion(network).run();
  }

  public Block output() {
    return blocks.get(blocks.size() - 1);
  }

  /** The blocks that read what a block, or {@link #INPUT}, puts out, in their order. */
  public List<Block> readers(int block) {
    return blocks.stream().filter(reader -> reader.inputs().contains(block)).toList();
  }

  /** The first and the last block with weights, which may be the same one. */
  public List<Block> weightedEnds() {
    List<Block> weighted = blocks.stream().filter(Block::isWeighted).toList();
    return weighted.isEmpty()
        ? List.of()
        : List.of(weighted.get(0), weighted.get(weighted.size() - 1));
  }

  /** The block that computes what a block puts out: itself, or what passes through it. */
  int sourceOfCodes(int block) {
    int at = block;
    while (at != INPUT && blocks.get(at).passesCodes()) {
      at = blocks.get(at).inputs().get(0);
    }
    return at;
  }

  /** The one walk over the nodes that joins them. */
  private static final class Fusion {

    private final Network network;
    private final Map<String, Integer> readers = new HashMap<>();
    private final Map<String, Integer> blockOf = new HashMap<>();
    private final List<Block> blocks = new ArrayList<>();

    Fusion(Network network) {
      this.network = network;
      for (Node node : network.nodes()) {
        node.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
      }
      blockOf.put(Network.INPUT, INPUT);
    }

    BlockGraph run() {
      for (Node node : network.nodes()) {
        if (!joined(node)) {
          append(node);
        }
      }
      return new BlockGraph(network, blocks);
    }

    private void append(Node node) {
      int index = blocks.size();
      List<Integer> inputs = node.inputs().stream().map(blockOf::get).toList();
      blocks.add(
          new Block(
              index,
              node,
              Optional.empty(),
              node.layer().activation(),
              inputs,
              node.name(),
              network.shapeOf(node.inputs().get(0)),
              node.shape()));
      blockOf.put(node.name(), index);
    }

    /** Joins a node to the block that it alone reads, when that block has room for it. */
    private boolean joined(Node node) {
      String source = node.inputs().get(0);
      int index = blockOf.getOrDefault(source, INPUT);
      if (index == INPUT || readers.getOrDefault(source, 0) != 1) {
        return false;
      }
      Block block = blocks.get(index);
      if (block.activation() != Activation.NONE || block.passesCodes()) {
        return false;
      }
      Activation activation = node.layer().activation();
      boolean normalization = node.layer() instanceof Layer.BatchNormalization;
      if (normalization && block.isWeighted() && block.normalization().isEmpty()) {
        replace(block, node, Optional.of(node), Activation.NONE);
      } else if (activation != Activation.NONE) {
        replace(block, node, block.normalization(), activation);
      } else {
        return false;
      }
      return true;
    }

    private void replace(Block old, Node last, Optional<Node> folded, Activation activation) {
      blocks.set(
          old.index(),
          new Block(
              old.index(),
              old.anchor(),
              folded,
              activation,
              old.inputs(),
              last.name(),
              old.inputShape(),
              last.shape()));
      blockOf.put(last.name(), old.index());
    }
  }
}
