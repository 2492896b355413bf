package org.sparkqat.distributed.resident;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkqat.data.Shard;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.protocol.DriverMessage;
import org.sparkqat.distributed.protocol.WorkerIdentity;
import org.sparkqat.distributed.protocol.WorkerMessage;
import org.sparkqat.distributed.slices.SliceBoard;
import org.sparkqat.distributed.slices.SliceContent;
import org.sparkqat.distributed.slices.SliceKey;
import org.sparkqat.distributed.slices.SliceOwner;
import org.sparkqat.distributed.slices.SlicePeers;
import org.sparkqat.distributed.slices.SliceUpdate;
import org.sparkqat.distributed.slices.SlicedJob;
import org.sparkqat.distributed.slices.SlicedState;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.worker.ErrorFeedback;
import org.sparkqat.distributed.worker.PartialSums;
import org.sparkqat.distributed.worker.Worker;
import org.sparkqat.tensor.Slices;
import org.sparkqat.training.SliceNorm;
import org.sparkqat.training.TreeSum;

/**
 * A resident worker that holds a slice: it computes the gradient of its shards, gets from the
 * others what they have of the gradient of its slice, and gives them the slice's new parameters.
 */
final class SlicedTask {

  private static final float[] NONE = {};

  private final ResidentTask.Job job;
  private final DriverSession session;
  private final WorkerIdentity self;
  private final Worker worker;
  private final List<Shard> shards;
  private final Slices slices;
  private final SliceOwner owner;
  private final SliceBoard board;
  private final ErrorFeedback feedback = new ErrorFeedback();

  /** All parameters, as they are for a step. */
  private final float[] parameters;

  private long parametersOf;

  private SlicedTask(
      ResidentTask.Job job,
      SlicedJob sliced,
      DriverSession session,
      WorkerIdentity self,
      Worker worker,
      List<Shard> shards,
      SliceBoard board) {
    this.job = job;
    this.session = session;
    this.self = self;
    this.worker = worker;
    this.shards = shards;
    this.board = board;
    this.slices = new Slices(worker.layout().size(), job.workers());
    SlicedState state = SlicedState.decode(sliced.state().value(), slices, self.worker());
    this.owner =
        new SliceOwner(slices, self.worker(), job.shards(), sliced.rules(), worker.layout(), state);
    this.parameters = state.parameters();
    this.parametersOf = state.step();
  }

  /** Serves until the driver ends the job. */
  static void serve(
      ResidentTask.Job job,
      SlicedJob sliced,
      DriverSession session,
      WorkerIdentity self,
      Worker worker,
      List<Shard> shards) {
    SliceBoard board = new SliceBoard(job.run());
    Introduction driver = new Introduction(job, session, self);
    try (SparkInternals.Server server = SparkInternals.Server.ofTask(board);
        SlicePeers peers =
            new SlicePeers(
                job.run(),
                self.worker(),
                driver.addresses(SparkInternals.host() + ":" + server.port()),
                driver::requireGoingOn)) {
      driver.reach(peers);
      // Not earlier: what the job starts with is gone when another attempt comes too late.
      new SlicedTask(job, sliced, session, self, worker, shards, board).serve(peers);
    } catch (Introduction.EndedException e) {
      // What the step lacks will not come: another job computes it.
    }
  }

  private void serve(SlicePeers peers) {
    WorkerMessage message = WorkerMessage.poll(job.run(), self, StepOrder.NO_STEP);
    while (true) {
      DriverMessage answer = session.ask(message);
      if (answer.kind() == DriverMessage.Kind.END) {
        return;
      }
      message = answer(answer, peers);
    }
  }

  private WorkerMessage answer(DriverMessage question, SlicePeers peers) {
    if (question.update().isPresent()) {
      SliceUpdate update = question.update().get();
      if (!owner.isReadyFor(update)) {
        return WorkerMessage.lacking(job.run(), self, update.step() + 1);
      }
      owner.update(update);
    }
    if (question.kind() == DriverMessage.Kind.COLLECT) {
      return WorkerMessage.state(job.run(), self, owner.step(), owner.state());
    }
    if (question.order().isEmpty()) {
      return WorkerMessage.poll(job.run(), self, owner.step() - 1);
    }
    StepOrder order = question.order().get();
    return owner.step() == order.step() && feedback.isReadyFor(order)
        ? step(order, peers)
        : WorkerMessage.lacking(job.run(), self, order.step());
  }

  private WorkerMessage step(StepOrder order, SlicePeers peers) {
    board.forgetBefore(order.step());
    gatherParameters(order.step(), peers);
    long start = System.nanoTime();
    List<TreeSum.Part<StepResult>> parts = compute(order.parameters(parameters));
    long nanos = System.nanoTime() - start;
    SliceNorm norm = mergeSlice(order, parts, peers);
    List<TreeSum.Part<StepResult>> rest = new ArrayList<>();
    parts.forEach(part -> rest.add(new TreeSum.Part<>(part.node(), part.value().gradient(NONE))));
    return WorkerMessage.result(
            job.run(), self, order.step(), nanos, GradientEncoding.FLOAT32, rest)
        .slice(SliceContent.of(norm));
  }

  /** Gets the others' slices of the parameters that a step computes with. */
  private void gatherParameters(long step, SlicePeers peers) {
    if (parametersOf == step) {
      return;
    }
    System.arraycopy(owner.parameters(), 0, parameters, owner.from(), owner.size());
    board.put(SliceKey.parameters(step, self.worker()), SliceContent.message(owner.parameters()));
    peers.fetch(
        peer -> slices.size(peer) > 0,
        peer -> SliceKey.parameters(step, peer),
        (peer, answer) -> {
          answer.getFloats(parameters, slices.from(peer), slices.size(peer));
          answer.requireEnd();
        });
    parametersOf = step;
  }

  private List<TreeSum.Part<StepResult>> compute(StepOrder order) {
    PartialSums sums = order.form().isRounded() ? worker.apart() : worker.sums();
    worker.step(
        order,
        shards.iterator(),
        (shard, result) -> {
          feedback.apply(order, shard, result.gradient());
          sums.add(shard, result);
        });
    feedback.done(order);
    return sums.parts();
  }

  /** Hands out the others' slices of the gradient, and merges what all have of this worker's. */
  private SliceNorm mergeSlice(
      StepOrder order, List<TreeSum.Part<StepResult>> parts, SlicePeers peers) {
    GradientEncoding encoding = order.form().travelsAs();
    for (int i = 1; i < slices.count(); i++) {
      int peer = (self.worker() + i) % slices.count();
      if (slices.size(peer) > 0) {
        board.put(
            SliceKey.gradient(order.step(), peer),
            SliceContent.message(parts, slices.from(peer), slices.to(peer), encoding));
      }
    }
    if (owner.size() > 0) {
      owner.add(parts.stream().map(this::mine).toList());
      peers.fetch(
          peer -> true,
          peer -> SliceKey.gradient(order.step(), self.worker()),
          (peer, answer) ->
              owner.add(
                  SliceContent.gradients(
                      answer, ShardRange.of(peer, job.workers(), job.shards()), owner.size())));
    }
    return owner.merge();
  }

  private TreeSum.Part<float[]> mine(TreeSum.Part<StepResult> part) {
    float[] gradient = part.value().gradient();
    return new TreeSum.Part<>(part.node(), Arrays.copyOfRange(gradient, owner.from(), owner.to()));
  }
}
