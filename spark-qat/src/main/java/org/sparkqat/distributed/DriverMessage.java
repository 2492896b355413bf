package org.sparkqat.distributed;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What the driver answers a resident worker. It names no worker: all get the same bytes.
 *
 * @param order what to compute; empty but in {@link Kind#ORDER}
 */
record DriverMessage(Kind kind, Optional<StepOrder> order) {

  enum Kind {
    /** Compute a step. */
    ORDER,
    /** Nothing to do yet: ask again. */
    WAIT,
    /** There are no more steps: the task is done. */
    END,
    /** The job of the worker is not the one that goes on. */
    STALE
  }

  static ByteBuffer encode(StepOrder order) {
    Wire wire = Wire.writer(16 + order.size()).putText(Kind.ORDER.name());
    order.write(wire);
    return wire.sealed();
  }

  /** A message without an order. */
  static ByteBuffer encode(Kind kind) {
    return Wire.writer(16).putText(kind.name()).sealed();
  }

  static DriverMessage decode(ByteBuffer message) {
    Wire wire = Wire.unseal(message);
    Kind kind = Kind.valueOf(wire.getText());
    Optional<StepOrder> order =
        kind == Kind.ORDER ? Optional.of(StepOrder.read(wire)) : Optional.empty();
    wire.requireEnd();
    return new DriverMessage(kind, order);
  }
}
