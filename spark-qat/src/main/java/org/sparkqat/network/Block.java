package org.sparkqat.network;

import java.util.List;
import java.util.Optional;
import org.sparkqat.tensor.Shape;

/**
 * What an engine runs as one operation: a layer with the batch normalization and the activation
 * that follow it. It is also the unit of quantization: only its output is quantized.
 *
 * @param index position in {@link BlockGraph#blocks()}
 * @param anchor the layer that gives the block its name; a batch normalization or activation that
 *     follows no other layer is an anchor itself
 * @param normalization the batch normalization that is folded into the anchor
 * @param inputs indexes of the blocks it reads, {@link BlockGraph#INPUT} for the network's input
 * @param last name of the block's last node, under which its output is known
 */
public record Block(
    int index,
    Node anchor,
    Optional<Node> normalization,
    Activation activation,
    List<Integer> inputs,
    String last,
    Shape inputShape,
    Shape outputShape) {

  public Block {
    inputs = List.copyOf(inputs);
  }

  public String name() {
    return anchor.name();
  }

  /** True for convolutions and fully connected layers. */
  public boolean isWeighted() {
    return anchor.layer().isWeighted();
  }

  /**
   * True when the output holds only values (or scaled values) of the input, so that the input's
   * codes serve as the output's: maximum pooling, flatten, dropout.
   */
  public boolean passesCodes() {
    return anchor.layer().passesCodes() && activation == Activation.NONE;
  }

  /** The settings of the folded or stand-alone batch normalization. */
  public Optional<Node> batchNormalization() {
    return anchor.layer() instanceof Layer.BatchNormalization ? Optional.of(anchor) : normalization;
  }
}
