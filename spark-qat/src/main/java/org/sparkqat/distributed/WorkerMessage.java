package org.sparkqat.distributed;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.sparkqat.training.PairwiseTree.Node;
import org.sparkqat.training.TreeSum;

/**
 * What a resident worker tells the driver.
 *
 * @param run token of the job that the worker's task belongs to
 * @param step the last step that the worker has computed; {@link #NONE}: none yet
 * @param computeNanos how long it took
 * @param encoding of the gradients
 * @param parts the sums of its shards in that step; empty but in a {@link Kind#RESULT}
 */
record WorkerMessage(
    Kind kind,
    long run,
    WorkerIdentity from,
    long step,
    long computeNanos,
    GradientEncoding encoding,
    List<TreeSum.Part<StepResult>> parts) {

  static final long NONE = -1;

  enum Kind {
    /** The task has started; answered at once. */
    HELLO,
    /** Ready for the next order. */
    POLL,
    /** The result of a step; ready for the next order. */
    RESULT,
    /** The step builds on rounding errors that the task does not have; ready for another order. */
    LACKING
  }

  WorkerMessage {
    parts = List.copyOf(parts);
  }

  private WorkerMessage(Kind kind, long run, WorkerIdentity from, long step) {
    this(kind, run, from, step, 0, GradientEncoding.FLOAT32, List.of());
  }

  static WorkerMessage hello(long run, WorkerIdentity from) {
    return new WorkerMessage(Kind.HELLO, run, from, NONE);
  }

  static WorkerMessage poll(long run, WorkerIdentity from, long step) {
    return new WorkerMessage(Kind.POLL, run, from, step);
  }

  static WorkerMessage lacking(long run, WorkerIdentity from, long step) {
    return new WorkerMessage(Kind.LACKING, run, from, step);
  }

  static WorkerMessage result(
      long run, WorkerIdentity from, long step, long computeNanos, TreeSum<StepResult> sum) {
    return result(run, from, step, computeNanos, GradientEncoding.FLOAT32, sum.parts());
  }

  static WorkerMessage result(
      long run,
      WorkerIdentity from,
      long step,
      long computeNanos,
      GradientEncoding encoding,
      List<TreeSum.Part<StepResult>> parts) {
    return new WorkerMessage(Kind.RESULT, run, from, step, computeNanos, encoding, parts);
  }

  ByteBuffer encode() {
    long size = 64 + from.size();
    for (TreeSum.Part<StepResult> part : parts) {
      size += 8 + part.value().size(encoding);
    }
    Wire wire = Wire.writer(size).putText(kind.name()).putLong(run);
    from.write(wire);
    wire.putLong(step).putLong(computeNanos).putText(encoding.name()).putInt(parts.size());
    for (TreeSum.Part<StepResult> part : parts) {
      wire.putInt(part.node().level()).putInt(part.node().index());
      part.value().write(wire, encoding);
    }
    return wire.sealed();
  }

  /**
   * Reads a message.
   *
   * @param shape what every result must have
   */
  static WorkerMessage decode(ByteBuffer message, ResultShape shape) {
    Wire wire = Wire.unseal(message);
    Kind kind = Kind.valueOf(wire.getText());
    long run = wire.getLong();
    WorkerIdentity from = WorkerIdentity.read(wire);
    long step = wire.getLong();
    long nanos = wire.getLong();
    GradientEncoding encoding = GradientEncoding.valueOf(wire.getText());
    List<TreeSum.Part<StepResult>> parts = parts(wire, from, shape, encoding);
    wire.requireEnd();
    return new WorkerMessage(kind, run, from, step, nanos, encoding, parts);
  }

  private static List<TreeSum.Part<StepResult>> parts(
      Wire wire, WorkerIdentity from, ResultShape shape, GradientEncoding encoding) {
    int count = wire.getInt();
    List<TreeSum.Part<StepResult>> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Node node = new Node(wire.getInt(), wire.getInt());
      if (!from.shards().contains(node)) {
        throw new IllegalArgumentException(
            "Invalid result of %s: the worker has %s".formatted(node, from.shards()));
      }
      StepResult value = StepResult.read(wire, encoding);
      shape.require(node, value);
      parts.add(new TreeSum.Part<>(node, value));
    }
    return parts;
  }
}
