package org.sparkqat.distributed.slices;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkqat.tensor.Loops;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Slices;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.OptimizerArrays;
import org.sparkqat.training.ScaledGradient;
import org.sparkqat.training.SliceNorm;
import org.sparkqat.training.SlicedClipping;
import org.sparkqat.training.TreeSum;

/**
 * One worker's slice of the parameters, with its optimizer slots: merges the slice's gradient along
 * the fixed tree over the shards and makes the optimizer's step in it.
 */
public final class SliceOwner {

  private final Slices slices;
  private final int slice;
  private final int shards;
  private final Optimizer optimizer;
  private final SlicedClipping clipping;
  private final ParameterLayout layout;
  private final float[] parameters;
  private final float[][] slots;
  private TreeSum<float[]> sum;
  private float @Nullable [] gradient;
  private long step;

  /**
   * The owner of a slice.
   *
   * @param state slots of the slice alone
   * @param layout of all parameters
   */
  public SliceOwner(
      Slices slices,
      int slice,
      int shards,
      SlicedRules rules,
      ParameterLayout layout,
      SlicedState state) {
    this.slices = slices;
    this.slice = slice;
    this.shards = shards;
    this.optimizer = rules.optimizer();
    this.clipping = new SlicedClipping(rules.clipping(), slices);
    this.layout = layout.slice(from(), to());
    this.parameters = Arrays.copyOfRange(state.parameters(), from(), to());
    this.slots = state.slots();
    this.step = state.step();
    this.sum = TreeSum.ofFloats(shards);
  }

  public int from() {
    return slices.from(slice);
  }

  public int to() {
    return slices.to(slice);
  }

  public int size() {
    return slices.size(slice);
  }

  /** The step that the parameters are for. */
  public long step() {
    return step;
  }

  public float[] parameters() {
    return parameters;
  }

  /** Parameters and slots as bytes. */
  public byte[] state() {
    return SliceContent.of(parameters, slots);
  }

  /** Takes sums of some shards' gradients in the slice; they are changed. */
  public synchronized void add(List<TreeSum.Part<float[]>> parts) {
    parts.forEach(part -> sum.add(part.node(), part.value()));
  }

  /** All shards are there: the mean of their gradients, as far as it is clipped by value. */
  public synchronized SliceNorm merge() {
    float[] merged = size() == 0 ? new float[0] : sum.total();
    sum = TreeSum.ofFloats(shards);
    gradient = merged;
    return clipping.prepare(slice, merged, 1f / shards);
  }

  /** True when {@link #update} can be done, or has been done before. */
  public boolean isReadyFor(SliceUpdate update) {
    return step == update.step() + 1 || (step == update.step() && gradient != null);
  }

  /** Makes the step with the merged gradient, unless it has been made. */
  public void update(SliceUpdate update) {
    float[] merged = gradient;
    if (step == update.step() + 1 || merged == null) {
      return;
    }
    if (size() > 0) {
      OptimizerArrays arrays = new OptimizerArrays(parameters, slots);
      ScaledGradient clipped = SlicedClipping.clipped(merged, update.factor());
      optimizer.update(
          arrays, arrays, clipped, layout, update.rate(), update.update(), Loops.SERIAL);
    }
    gradient = null;
    step++;
  }
}
