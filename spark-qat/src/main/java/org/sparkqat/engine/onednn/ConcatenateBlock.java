package org.sparkqat.engine.onednn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.MicroBatchResult;

/**
 * Joins tensors along their channels, as real numbers, so that the codes of all get the output's
 * scale: each is written to its own channels of every pixel.
 */
final class ConcatenateBlock implements StagedBlock {

  private final Workshop workshop;
  private final List<Feature> sources;
  private final List<Boolean> firstReader;
  private final Stage stage;
  private final Scratch scratch;
  private final List<Operation> join = new ArrayList<>();
  private @Nullable List<Runnable> split;

  /**
   * The joined features.
   *
   * @param firstReader for each of them, whether this block is the first to write its gradient
   */
  ConcatenateBlock(
      Workshop workshop,
      List<Feature> sources,
      List<Boolean> firstReader,
      Stage stage,
      Scratch scratch) {
    this.workshop = workshop;
    this.sources = List.copyOf(sources);
    this.firstReader = List.copyOf(firstReader);
    this.stage = stage;
    this.scratch = scratch;
    long channel = 0;
    for (Feature source : sources) {
      Tensor part = workshop.part(stage.values(), source.extent(), channel);
      join.add(RealSource.copy(workshop, source, part));
      channel += source.extent().channels();
    }
  }

  @Override
  public Stage stage() {
    return stage;
  }

  @Override
  public void prepareTraining() {
    if (split != null) {
      return;
    }
    stage.prepareTraining();
    List<Runnable> made = new ArrayList<>();
    long channel = 0;
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).wantsGradient()) {
        made.add(part(sources.get(i), firstReader.get(i), channel));
      }
      channel += sources.get(i).extent().channels();
    }
    split = List.copyOf(made);
  }

  private Runnable part(Feature source, boolean first, long channel) {
    GradientSink sink = new GradientSink(workshop, source, first, scratch.diffSource);
    Tensor part = workshop.part(stage.diffValues(), source.extent(), channel);
    Operation copy = workshop.reorder("part of a gradient", part, sink.target);
    return () -> {
      copy.run();
      sink.done();
    };
  }

  @Override
  public void forward(boolean trains, @Nullable MicroBatchResult result) {
    join.forEach(Operation::run);
    stage.forward(trains, result);
  }

  @Override
  public void backward(MicroBatchResult result) {
    stage.backward(result);
    if (split != null) {
      split.forEach(Runnable::run);
    }
  }
}
