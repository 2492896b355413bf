package org.sparkqat.distributed.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.slices.SliceContent;
import org.sparkqat.distributed.slices.SliceUpdate;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.training.SliceNorm;
import org.sparkqat.training.TreeSum;

/** A step that is computed by all workers, whose results are merged along the fixed tree. */
public final class StepRound implements Round {

  private final long step;
  private final ByteBuffer question;
  private final TreeSum<StepResult> sum;
  private final Map<Integer, SliceNorm> norms = new TreeMap<>();

  private StepRound(long step, ByteBuffer question, int shards) {
    this.step = step;
    this.question = question;
    this.sum = StepResult.driverSum(shards);
  }

  /** Of workers that send their gradients. */
  public static StepRound of(StepOrder order, int shards) {
    return new StepRound(order.step(), DriverMessage.encode(order), shards);
  }

  /** Of workers that hold slices. */
  public static StepRound sliced(StepOrder order, Optional<SliceUpdate> before, int shards) {
    return new StepRound(order.step(), DriverMessage.encode(order, before), shards);
  }

  @Override
  public long step() {
    return step;
  }

  @Override
  public ByteBuffer question() {
    return question;
  }

  @Override
  public boolean isCovered(int worker, ShardRange shards) {
    return shards.nodes().stream().allMatch(sum::overlaps);
  }

  @Override
  public boolean take(WorkerMessage message) {
    boolean isNew = false;
    if (message.kind() == WorkerMessage.Kind.RESULT) {
      if (message.slice().length > 0) {
        norms.putIfAbsent(message.from().worker(), SliceContent.norm(message.slice()));
      }
      for (TreeSum.Part<StepResult> part : message.parts()) {
        if (!sum.overlaps(part.node())) {
          sum.add(part.node(), part.value());
          isNew = true;
        }
      }
    }
    return isNew;
  }

  @Override
  public boolean isComplete() {
    return sum.isComplete();
  }

  /** The merged result; without a gradient where workers hold slices. */
  public StepResult result() {
    return sum.total();
  }

  /** Position of the gradient's first element that is not finite, as far as workers tell. */
  public int firstNonFinite() {
    return norms.values().stream()
        .mapToInt(SliceNorm::firstNonFinite)
        .min()
        .orElse(SliceNorm.ALL_FINITE);
  }

  /** What the workers tell of their slices of the gradient, in their order. */
  public List<SliceNorm> norms() {
    return List.copyOf(norms.values());
  }
}
