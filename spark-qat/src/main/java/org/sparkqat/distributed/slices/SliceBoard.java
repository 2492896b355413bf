package org.sparkqat.distributed.slices;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.transport.Answer;
import org.sparkqat.distributed.transport.SparkInternals;

/**
 * What one worker holds ready for the others in a step. Who asks too early is answered when it is
 * there. Any thread may call it.
 */
public final class SliceBoard implements SparkInternals.Receiver {

  private static final Logger LOG = LoggerFactory.getLogger(SliceBoard.class);

  private final long run;
  private final Map<SliceKey, ByteBuffer> ready = new HashMap<>();
  private final Map<SliceKey, List<Asked>> asked = new HashMap<>();
  private long oldest;

  private record Asked(Object connection, Answer answer) {}

  /**
   * An empty board.
   *
   * @param run token of the job: questions of any other are refused
   */
  public SliceBoard(long run) {
    this.run = run;
  }

  /** Holds something ready, and answers those who have asked for it. */
  public void put(SliceKey key, ByteBuffer message) {
    List<Asked> answers;
    synchronized (this) {
      ready.put(key, message);
      answers = asked.getOrDefault(key, List.of());
      asked.remove(key);
    }
    answers.forEach(each -> each.answer().send(message.duplicate()));
  }

  /** Nobody will ask for what belongs to an earlier step. */
  public synchronized void forgetBefore(long step) {
    oldest = step;
    ready.keySet().removeIf(key -> key.step() < step);
    asked.keySet().removeIf(key -> key.step() < step);
  }

  @Override
  public void receive(Object connection, ByteBuffer message, Answer answer) {
    try {
      ByteBuffer found = find(SliceKey.decode(message, run), new Asked(connection, answer));
      if (found != null) {
        answer.send(found);
      }
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      LOG.warn("Refused a question from {}: {}", connection, e.toString());
      answer.refuse(String.valueOf(e.getMessage()));
    }
  }

  private synchronized @Nullable ByteBuffer find(SliceKey key, Asked question) {
    if (key.step() < oldest) {
      throw new IllegalArgumentException(
          "Invalid question: %s is gone (the oldest step is %d)".formatted(key, oldest));
    }
    ByteBuffer message = ready.get(key);
    if (message == null) {
      asked.computeIfAbsent(key, k -> new ArrayList<>()).add(question);
      return null;
    }
    return message.duplicate();
  }

  @Override
  public synchronized void lost(Object connection) {
    asked.values().forEach(list -> list.removeIf(each -> each.connection().equals(connection)));
  }
}
