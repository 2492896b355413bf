package org.sparkqat.distributed.transport;

import java.nio.ByteBuffer;

/** Where the answer to one message goes; used once, by any thread. */
public interface Answer {

  /** Sends an answer, whose bytes may be shared with other answers. */
  void send(ByteBuffer message);

  /** Tells the sender that its message was refused. */
  void refuse(String reason);
}
