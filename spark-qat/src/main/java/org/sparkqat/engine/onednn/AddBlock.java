package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.quantization.Ranges;

/**
 * {@code dst = activation(a + b)} of two tensors of one shape, in real numbers; evaluation adds
 * codes.
 */
final class AddBlock implements StagedBlock {

  private final Workshop workshop;
  private final Scratch scratch;
  private final List<Feature> sources;
  private final List<Boolean> firstReader;
  private final int later;
  private final Feature dst;
  private final Stage stage;
  private final int keeper;
  private final RealSource left;
  private final RealSource right;
  private final Operation add;
  private @Nullable List<Operation> copies;
  private @Nullable FusedSum fused;
  private @Nullable ServedSum served;
  private boolean servesCodes;
  private boolean bounded;

  /**
   * The sum of two features.
   *
   * @param firstReader for each of them, whether this block is the first to write its gradient
   * @param later number of the one that a later block puts out
   */
  AddBlock(
      Workshop workshop,
      List<Feature> sources,
      List<Boolean> firstReader,
      int later,
      Stage stage,
      Scratch scratch) {
    this.workshop = workshop;
    this.scratch = scratch;
    this.sources = List.copyOf(sources);
    this.firstReader = List.copyOf(firstReader);
    this.later = later;
    this.dst = stage.output();
    this.stage = stage;
    this.keeper = keeper();
    if (sources.stream().allMatch(Feature::isCodes)) {
      stage.neverNan();
    }
    this.left = RealSource.scaled(workshop, sources.get(0), scratch.source);
    this.right = RealSource.scaled(workshop, sources.get(1), scratch.secondSource);
    this.add =
        workshop.binary(
            "sum",
            dnnl_binary_add,
            left.tensor,
            right.tensor,
            stage.values(),
            new Attributes(workshop));
  }

  /**
   * Number of the source, if any, whose gradient is that of the sum to begin with: it takes over
   * the place, which the sum needs no longer.
   */
  private int keeper() {
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).wantsGradient() && firstReader.get(i)) {
        sources.get(i).diff().moveTo(dst.diff());
        return i;
      }
    }
    return sources.size();
  }

  @Override
  public Stage stage() {
    return stage;
  }

  @Override
  public void prepareTraining() {
    if (copies != null) {
      return;
    }
    stage.prepareTraining();
    List<Operation> made = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).wantsGradient() && i != keeper) {
        made.add(copy(sources.get(i), firstReader.get(i)));
      }
    }
    copies = List.copyOf(made);
  }

  private Operation copy(Feature source, boolean first) {
    Tensor diff = source.diff(workshop);
    Tensor from = stage.diffValues();
    return first
        ? workshop.reorder("copy of a gradient", from, diff)
        : workshop.binary(
            "sum of gradients", dnnl_binary_add, diff, from, diff, new Attributes(workshop));
  }

  /** Leaves evaluation to the block that computes one of the terms. */
  void leaveTo(FusedSum newSum) {
    fused = newSum;
  }

  @Override
  public void load(float[] parameters, float[] statistics, Ranges ranges) {
    stage.load(ranges);
    bounded = sources.get(0).isBounded() && sources.get(1).isBounded();
    if (fused != null) {
      fused.load();
    }
    servesCodes = served != null && served.load();
  }

  @Override
  public void prepareServing() {
    boolean adds = dst.isCodes() && sources.stream().allMatch(Feature::isCodes);
    if (served == null && fused == null && adds) {
      served = new ServedSum(workshop, sources.get(later), sources.get(1 - later), dst, scratch);
    }
  }

  @Override
  public void serve() {
    if (served != null && servesCodes) {
      served.run();
    } else if (fused == null || fused.overflows()) {
      forward(false, null);
    }
  }

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    left.run();
    right.run();
    add.run();
    stage.forward(trains, bounded, result);
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(result);
    if (copies != null) {
      copies.forEach(Operation::run);
    }
  }
}
