package org.sparkqat.distributed.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.training.PairwiseTree.Node;
import org.sparkqat.training.TreeSum;

/**
 * What a resident worker tells the driver.
 *
 * @param run token of the job that the worker's task belongs to
 * @param step the last step that the worker has computed; {@link StepOrder#NO_STEP}: none yet
 * @param computeNanos how long it took
 * @param encoding of the gradients
 * @param parts the sums of its shards in that step; empty but in a {@link Kind#RESULT}
 * @param slice what it tells of its slice, where workers hold slices; empty elsewhere
 */
public record WorkerMessage(
    Kind kind,
    long run,
    WorkerIdentity from,
    long step,
    long computeNanos,
    GradientEncoding encoding,
    List<TreeSum.Part<StepResult>> parts,
    byte[] slice) {

  private static final byte[] NO_SLICE = {};

  enum Kind {
    /** The task has started, or waits for other workers; answered at once. */
    HELLO,
    /** Ready for the next order. */
    POLL,
    /** The result of a step; ready for the next order. */
    RESULT,
    /** The step builds on rounding errors that the task does not have; ready for another order. */
    LACKING,
    /** Where the others find the worker, which asks where they are; answered at once. */
    PEERS,
    /** The worker cannot reach another one. */
    UNREACHABLE,
    /** The worker's slice as it is after a step; ready for the next order. */
    STATE
  }

  public WorkerMessage {
    parts = List.copyOf(parts);
  }

  /** Of a worker without a slice. */
  WorkerMessage(
      Kind kind,
      long run,
      WorkerIdentity from,
      long step,
      long computeNanos,
      GradientEncoding encoding,
      List<TreeSum.Part<StepResult>> parts) {
    this(kind, run, from, step, computeNanos, encoding, parts, NO_SLICE);
  }

  private WorkerMessage(Kind kind, long run, WorkerIdentity from, long step) {
    this(kind, run, from, step, NO_SLICE);
  }

  private WorkerMessage(Kind kind, long run, WorkerIdentity from, long step, byte[] slice) {
    this(kind, run, from, step, 0, GradientEncoding.FLOAT32, List.of(), slice);
  }

  public static WorkerMessage hello(long run, WorkerIdentity from) {
    return new WorkerMessage(Kind.HELLO, run, from, StepOrder.NO_STEP);
  }

  public static WorkerMessage poll(long run, WorkerIdentity from, long step) {
    return new WorkerMessage(Kind.POLL, run, from, step);
  }

  public static WorkerMessage lacking(long run, WorkerIdentity from, long step) {
    return new WorkerMessage(Kind.LACKING, run, from, step);
  }

  /**
   * Where the others find the worker.
   *
   * @param address {@code host:port}
   */
  public static WorkerMessage peers(long run, WorkerIdentity from, String address) {
    return new WorkerMessage(Kind.PEERS, run, from, StepOrder.NO_STEP, bytes(address));
  }

  /** Why the worker cannot reach another one. */
  public static WorkerMessage unreachable(long run, WorkerIdentity from, String why) {
    return new WorkerMessage(Kind.UNREACHABLE, run, from, StepOrder.NO_STEP, bytes(why));
  }

  /** The worker's slice. */
  public static WorkerMessage state(long run, WorkerIdentity from, long step, byte[] slice) {
    return new WorkerMessage(Kind.STATE, run, from, step, slice);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What a worker tells of its slice in words. */
  String text() {
    return new String(slice, StandardCharsets.UTF_8);
  }

  /** The same with what the worker tells of its slice. */
  public WorkerMessage slice(byte[] told) {
    return new WorkerMessage(kind, run, from, step, computeNanos, encoding, parts, told);
  }

  static WorkerMessage result(
      long run, WorkerIdentity from, long step, long computeNanos, TreeSum<StepResult> sum) {
    return result(run, from, step, computeNanos, GradientEncoding.FLOAT32, sum.parts());
  }

  public static WorkerMessage result(
      long run,
      WorkerIdentity from,
      long step,
      long computeNanos,
      GradientEncoding encoding,
      List<TreeSum.Part<StepResult>> parts) {
    return new WorkerMessage(Kind.RESULT, run, from, step, computeNanos, encoding, parts);
  }

  public ByteBuffer encode() {
    long size = 80 + from.size() + slice.length;
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
    return wire.putBytes(slice).sealed();
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
    byte[] slice = wire.getBytes();
    wire.requireEnd();
    return new WorkerMessage(kind, run, from, step, nanos, encoding, parts, slice);
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
