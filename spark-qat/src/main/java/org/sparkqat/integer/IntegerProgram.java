package org.sparkqat.integer;

import java.util.List;

/** An integer-only model: its blocks in their order, each reading earlier ones. */
public final class IntegerProgram {

  /** The index that stands for the network's input. */
  public static final int INPUT = -1;

  /**
   * A block in its place.
   *
   * @param inputs indexes of the blocks that it reads, {@link #INPUT} for the network's input
   * @param size values that it puts out
   */
  public record Placed(Step step, List<Integer> inputs, int size) {
    public Placed {
      inputs = List.copyOf(inputs);
    }
  }

  private final List<Placed> blocks;

  /** One value array for each block, after that of the network's input. */
  private final int[][] values;

  private final int[][][] sources;

  public IntegerProgram(int inputSize, List<Placed> blocks) {
    this.blocks = List.copyOf(blocks);
    this.values = new int[blocks.size() + 1][];
    values[0] = new int[inputSize];
    this.sources = new int[blocks.size()][][];
    for (int i = 0; i < sources.length; i++) {
      Placed block = blocks.get(i);
      values[i + 1] = new int[block.size()];
      sources[i] = new int[block.inputs().size()][];
      for (int k = 0; k < sources[i].length; k++) {
        sources[i][k] = values[block.inputs().get(k) + 1];
      }
    }
  }

  /** Runs one example, whose codes have been put into {@link #values} of the input. */
  public void run() {
    for (int i = 0; i < sources.length; i++) {
      runBlock(i);
    }
  }

  /** Runs one block on the values of those it reads. */
  public void runBlock(int block) {
    blocks.get(block).step().run(sources[block], values[block + 1]);
  }

  /**
   * The values of a block for the latest example: codes less their zero points, or bits of real
   * numbers at the network's output.
   *
   * @param block its index, {@link #INPUT} for the network's input
   */
  public int[] values(int block) {
    return values[block + 1];
  }

  /** The number of blocks. */
  public int size() {
    return sources.length;
  }
}
