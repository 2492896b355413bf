package org.sparkqat.distributed.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.sparkqat.distributed.transport.Answer;

/** Workers that wait for the next question; not thread-safe. */
final class WaitingWorkers {

  private final List<Waiting> waiting = new ArrayList<>();

  /** One that waits since some time, in nanoseconds. */
  record Waiting(Object connection, WorkerIdentity worker, long since, Answer answer) {}

  void add(Waiting one) {
    waiting.add(one);
  }

  /** All of them, who wait no more. */
  List<Waiting> take() {
    return take(each -> true);
  }

  /** Those who wait since then or longer, who wait no more. */
  List<Waiting> takeSince(long then) {
    return take(each -> each.since() - then <= 0);
  }

  private List<Waiting> take(Predicate<Waiting> which) {
    List<Waiting> taken = waiting.stream().filter(which).toList();
    waiting.removeIf(which);
    return taken;
  }

  void lost(Object connection) {
    waiting.removeIf(each -> each.connection().equals(connection));
  }

  /** Answers all with the same bytes. */
  static void answer(List<Waiting> workers, ByteBuffer message) {
    workers.forEach(each -> each.answer().send(message.duplicate()));
  }
}
