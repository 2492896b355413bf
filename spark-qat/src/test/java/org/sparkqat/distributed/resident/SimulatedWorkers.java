package org.sparkqat.distributed.resident;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.protocol.DriverMessage;
import org.sparkqat.distributed.protocol.WorkerIdentity;
import org.sparkqat.distributed.protocol.WorkerMessage;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.PairwiseTree.Node;
import org.sparkqat.training.TreeSum;

/**
 * A process of many workers that speak the real protocol and compute nothing: each answers an order
 * with one gradient of its one shard at once.
 */
final class SimulatedWorkers {

  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(10);

  private final String host;
  private final int port;
  private final long run;
  private final int workers;
  private final StepResult result;

  private SimulatedWorkers(String host, int port, long run, int workers, int parameters) {
    this.host = host;
    this.port = port;
    this.run = run;
    this.workers = workers;
    this.result = result(parameters);
  }

  /** Each line of the input: the driver's host and port, the run, workers, parameters. */
  public static void main(String[] arguments) throws Exception {
    try (SparkSession spark = ScalingBenchmark.session()) {
      spark.sparkContext().setLogLevel("WARN");
      BufferedReader input =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        String[] words = line.split(" ", -1);
        new SimulatedWorkers(
                words[0],
                Integer.parseInt(words[1]),
                Long.parseLong(words[2]),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]))
            .work();
      }
    }
  }

  private static StepResult result(int parameters) {
    float[] gradient = new float[parameters];
    for (int i = 0; i < parameters; i++) {
      gradient[i] = (float) Math.sin(i);
    }
    GradientEncoding.INT8.codec().round(gradient, new float[parameters]);
    return new StepResult(
        gradient,
        Ranges.empty(ScalingBenchmark.RANGES),
        new long[0],
        new double[0],
        new double[0],
        new long[0],
        1,
        0,
        1,
        ClipTotals.EMPTY,
        StepResult.ALL_FINITE);
  }

  private void work() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      WorkerIdentity self =
          new WorkerIdentity(worker, new ShardRange(worker, 1), worker, "simulated", host);
      Thread thread = new Thread(() -> serve(self), "worker-" + worker);
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void serve(WorkerIdentity self) {
    try (SparkInternals.Connection connection = SparkInternals.Connection.to(host, port)) {
      ByteBuffer message = WorkerMessage.poll(run, self, StepOrder.NO_STEP).encode();
      while (true) {
        DriverMessage answer = connection.ask(message, DriverMessage::decode, PATIENCE);
        if (answer.kind() == DriverMessage.Kind.END) {
          return;
        }
        message = next(self, answer);
      }
    } catch (IOException e) {
      // The driver has closed before its last answer was read: the measurement is over.
    } catch (InterruptedException e) {
      throw new IllegalStateException("Failed to serve as " + self, e);
    }
  }

  private ByteBuffer next(WorkerIdentity self, DriverMessage answer) {
    if (answer.order().isEmpty()) {
      return WorkerMessage.poll(run, self, StepOrder.NO_STEP).encode();
    }
    StepOrder order = answer.order().get();
    return WorkerMessage.result(
            run,
            self,
            order.step(),
            1,
            order.form().isRounded() ? order.form().encoding() : GradientEncoding.FLOAT32,
            List.of(new TreeSum.Part<>(Node.leaf(self.worker()), result)))
        .encode();
  }
}
