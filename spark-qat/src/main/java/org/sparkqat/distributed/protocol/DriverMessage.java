package org.sparkqat.distributed.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sparkqat.distributed.slices.SliceUpdate;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.Wire;

/**
 * What the driver answers a resident worker. It names no worker: all get the same bytes.
 *
 * @param order what to compute; empty but in {@link Kind#ORDER}
 * @param update what workers that hold slices do first; in {@link Kind#ORDER} and {@link
 *     Kind#COLLECT} alone
 * @param peers where the workers are, in {@link Kind#PEERS} alone
 */
public record DriverMessage(
    Kind kind, Optional<StepOrder> order, Optional<SliceUpdate> update, List<String> peers) {

  public enum Kind {
    /** Compute a step. */
    ORDER,
    /** Nothing to do yet: ask again. */
    WAIT,
    /** There are no more steps: the task is done. */
    END,
    /** The job of the worker is not the one that goes on. */
    STALE,
    /** Where all workers are. */
    PEERS,
    /** Send your slice. */
    COLLECT
  }

  public DriverMessage {
    peers = List.copyOf(peers);
  }

  static ByteBuffer encode(StepOrder order) {
    return encode(order, Optional.empty());
  }

  /** An order for workers that hold slices. */
  static ByteBuffer encode(StepOrder order, Optional<SliceUpdate> update) {
    Wire wire = Wire.writer(32 + SliceUpdate.BYTES + order.size()).putText(Kind.ORDER.name());
    order.write(wire);
    write(wire, update);
    return wire.sealed();
  }

  /** A question for all slices. */
  static ByteBuffer collect(Optional<SliceUpdate> update) {
    Wire wire = Wire.writer(32 + SliceUpdate.BYTES).putText(Kind.COLLECT.name());
    write(wire, update);
    return wire.sealed();
  }

  private static void write(Wire wire, Optional<SliceUpdate> update) {
    wire.putInt(update.isPresent() ? 1 : 0);
    update.ifPresent(u -> u.write(wire));
  }

  private static Optional<SliceUpdate> update(Wire wire) {
    return wire.getInt() == 1 ? Optional.of(SliceUpdate.read(wire)) : Optional.empty();
  }

  /**
   * Where all workers are.
   *
   * @param addresses {@code host:port} of each
   */
  static ByteBuffer encode(List<String> addresses) {
    long size = 32;
    for (String address : addresses) {
      size += 4 + 4L * address.length();
    }
    Wire wire = Wire.writer(size).putText(Kind.PEERS.name()).putInt(addresses.size());
    addresses.forEach(wire::putText);
    return wire.sealed();
  }

  /** A message without an order. */
  static ByteBuffer encode(Kind kind) {
    return Wire.writer(16).putText(kind.name()).sealed();
  }

  public static DriverMessage decode(ByteBuffer message) {
    Wire wire = Wire.unseal(message);
    Kind kind = Kind.valueOf(wire.getText());
    boolean ordered = kind == Kind.ORDER;
    Optional<StepOrder> order = ordered ? Optional.of(StepOrder.read(wire)) : Optional.empty();
    Optional<SliceUpdate> update =
        ordered || kind == Kind.COLLECT ? update(wire) : Optional.empty();
    List<String> peers = new ArrayList<>();
    for (int left = kind == Kind.PEERS ? wire.getInt() : 0; left > 0; left--) {
      peers.add(wire.getText());
    }
    wire.requireEnd();
    return new DriverMessage(kind, order, update, peers);
  }
}
