package org.sparkqat.distributed.resident;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.sparkqat.distributed.protocol.DriverMessage;
import org.sparkqat.distributed.protocol.WorkerIdentity;
import org.sparkqat.distributed.protocol.WorkerMessage;
import org.sparkqat.distributed.slices.SlicePeers;
import org.sparkqat.distributed.transport.SparkInternals;

/** How a worker gets to know the others of its job, and how it learns of the job's end. */
final class Introduction {

  private static final long PAUSE_MILLIS = 20;
  private static final long REACH_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final ResidentTask.Job job;
  private final DriverSession session;
  private final WorkerIdentity self;

  /** The driver has ended the job. */
  static final class EndedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private EndedException() {
      super("the job has ended", null, false, false);
    }
  }

  Introduction(ResidentTask.Job job, DriverSession session, WorkerIdentity self) {
    this.job = job;
    this.session = session;
    this.self = self;
  }

  /**
   * Where all workers are, when all are known.
   *
   * @param address where the others find this one
   */
  List<String> addresses(String address) {
    while (true) {
      DriverMessage answer = ask(WorkerMessage.peers(job.run(), self, address));
      if (answer.kind() == DriverMessage.Kind.PEERS) {
        return answer.peers();
      }
      pause();
    }
  }

  /** Connects to all others; where that fails, the driver decides what happens. */
  void reach(SlicePeers peers) {
    try {
      peers.connect(REACH_NANOS);
    } catch (IOException e) {
      while (true) {
        ask(WorkerMessage.unreachable(job.run(), self, String.valueOf(e.getMessage())));
        pause();
      }
    }
  }

  /**
   * Asks whether the job goes on.
   *
   * @throws EndedException when it does not
   */
  void requireGoingOn() {
    ask(WorkerMessage.hello(job.run(), self));
  }

  private DriverMessage ask(WorkerMessage message) {
    DriverMessage answer = session.ask(message);
    if (answer.kind() == DriverMessage.Kind.END) {
      throw new EndedException();
    }
    return answer;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw SparkInternals.killed();
    }
  }
}
