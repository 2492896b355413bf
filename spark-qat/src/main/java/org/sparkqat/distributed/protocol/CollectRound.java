package org.sparkqat.distributed.protocol;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.slices.SliceContent;
import org.sparkqat.distributed.slices.SliceUpdate;
import org.sparkqat.tensor.Slices;

/** All slices come to the driver. */
public final class CollectRound implements Round {

  private final long step;
  private final ByteBuffer question;
  private final Slices slices;
  private final float[][] arrays;
  private final Set<Integer> taken = new HashSet<>();

  /**
   * Asks for the slices.
   *
   * @param step that the parameters are for
   * @param slots of the optimizer
   */
  public CollectRound(long step, Optional<SliceUpdate> before, Slices slices, int slots) {
    this.step = step;
    this.question = DriverMessage.collect(before);
    this.slices = slices;
    this.arrays = new float[1 + slots][slices.elements()];
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
    return taken.contains(worker);
  }

  @Override
  public boolean take(WorkerMessage message) {
    int worker = message.from().worker();
    if (message.kind() != WorkerMessage.Kind.STATE || taken.contains(worker)) {
      return false;
    }
    SliceContent.read(message.slice(), arrays, slices.from(worker), slices.size(worker));
    return taken.add(worker);
  }

  @Override
  public boolean isComplete() {
    return taken.size() == slices.count();
  }

  /** All parameters, and each slot. */
  public float[][] arrays() {
    return arrays;
  }
}
