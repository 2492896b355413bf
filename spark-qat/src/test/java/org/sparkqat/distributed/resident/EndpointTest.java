package org.sparkqat.distributed.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.protocol.DriverMessage;
import org.sparkqat.distributed.protocol.ResidentProtocol;
import org.sparkqat.distributed.protocol.ResultShape;
import org.sparkqat.distributed.protocol.StepRound;
import org.sparkqat.distributed.protocol.WorkerIdentity;
import org.sparkqat.distributed.protocol.WorkerMessage;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Seeds;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.TreeSum;

/** What reaches the driver's port over a real connection, from workers and from others. */
@ExtendWith(SparkTestKit.class)
class EndpointTest {

  private static final long RUN = 99;
  private static final int WORKERS = 2;
  private static final int SHARDS = 8;
  private static final int GRADIENT = 1000;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
  private static final int MEBIBYTE = 1 << 20;

  private final ResidentProtocol protocol =
      new ResidentProtocol(
          RUN, WORKERS, SHARDS, new ResultShape(GRADIENT, 1, 2048, 0, 1, 1), System::nanoTime);
  private final List<SparkInternals.Connection> connections = new ArrayList<>();
  private final StepRound round =
      StepRound.of(
          new StepOrder(
              1,
              0,
              1,
              Arithmetic.FLOAT,
              Normalization.BATCH,
              new float[] {1},
              new float[] {1},
              Ranges.empty(1)),
          SHARDS);
  private Endpoint endpoint;

  @BeforeEach
  void listen(SparkSession spark) {
    assertThat(spark.sparkContext().isStopped()).isFalse();
    endpoint = new Endpoint(0);
    endpoint.serve(protocol);
    protocol.begin(round);
  }

  @AfterEach
  void stop() {
    connections.forEach(SparkInternals.Connection::close);
    endpoint.close();
  }

  private SparkInternals.Connection connect() throws Exception {
    SparkInternals.Connection connection =
        SparkInternals.Connection.to("127.0.0.1", endpoint.port());
    connections.add(connection);
    return connection;
  }

  private static StepResult result(float value) {
    float[] gradient = new float[GRADIENT];
    gradient[GRADIENT - 1] = value;
    return new StepResult(
        gradient,
        Ranges.empty(1),
        new long[0],
        new double[0],
        new double[] {value},
        new long[] {1},
        value,
        0,
        1,
        ClipTotals.EMPTY,
        StepResult.ALL_FINITE);
  }

  /** A worker's result, whose shards each yield their number plus one. */
  private static ByteBuffer computed(int worker, long attempt) {
    WorkerIdentity self =
        new WorkerIdentity(
            worker, ShardRange.of(worker, WORKERS, SHARDS), attempt, "e" + attempt, "host");
    TreeSum<StepResult> sum = new TreeSum<>(SHARDS, StepResult::merge);
    for (int shard = self.shards().first(); shard <= self.shards().last(); shard++) {
      sum.add(shard, result(shard + 1f));
    }
    return WorkerMessage.result(RUN, self, 1, 5, GradientEncoding.FLOAT32, sum.parts()).encode();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /** Sends a result, whose answer comes with the next step: nobody waits for it here. */
  private void send(SparkInternals.Connection to, ByteBuffer message) {
    assertThatThrownBy(
            () -> to.ask(message, DriverMessage::decode, TimeUnit.MILLISECONDS.toNanos(1)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("No answer within");
  }

  private void assertRefused(byte[] message, String reason) throws Exception {
    SparkInternals.Connection connection = connect();
    assertThatThrownBy(
            () -> connection.ask(ByteBuffer.wrap(message), DriverMessage::decode, PATIENCE))
        .isInstanceOf(SparkInternals.RefusedException.class)
        .hasMessageContaining(reason);
  }

  private void assertStepCanBeCompleted() throws Exception {
    assertThat(protocol.awaitStep(0)).isFalse();
    send(connect(), computed(0, 10));
    send(connect(), computed(1, 11));
    assertTotal();
  }

  private void assertTotal() throws InterruptedException {
    assertThat(protocol.awaitStep(TimeUnit.NANOSECONDS.toMillis(PATIENCE))).isTrue();
    protocol.close();
    StepResult total = round.result();
    assertThat(total.gradient()[GRADIENT - 1]).isEqualTo(36);
    assertThat(total.shards()).isEqualTo(SHARDS);
  }

  @Test
  void duplicatesAndAnyOrderOverManyConnectionsCountOnce() throws Exception {
    List<ByteBuffer> messages =
        new ArrayList<>(
            List.of(computed(1, 11), computed(0, 10), computed(0, 10), computed(0, 20)));
    Collections.shuffle(messages.subList(1, 4), Seeds.random());
    for (ByteBuffer message : messages) {
      send(connect(), message);
    }
    assertTotal();
  }

  @Test
  void truncatedAndCorruptedMessagesAreRefusedAndTheStepIsCompleted() throws Exception {
    Random random = Seeds.random();
    byte[] good = bytes(computed(0, 10));
    for (int i = 0; i < 10; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] ^= (byte) random.nextInt(1, 256);
      assertRefused(bad, "Invalid message");
      assertRefused(
          ByteBuffer.allocate(good.length).put(good, 0, random.nextInt(good.length)).array(),
          "Invalid message");
    }
    assertRefused(new byte[0], "Invalid message");
    assertStepCanBeCompleted();
  }

  @Test
  void anOversizedMessageIsRefusedAndTheStepIsCompleted() throws Exception {
    byte[] large = new byte[64 * MEBIBYTE];
    System.arraycopy(bytes(computed(0, 10)), 0, large, 0, 1000);
    assertRefused(large, "Invalid message: its checksum differs (67108864 bytes)");
    assertStepCanBeCompleted();
  }

  /** What the driver sees of a worker that is killed while it sends. */
  @Test
  void halfAMessageAndALostConnectionChangeNothing() throws Exception {
    byte[] message = bytes(computed(0, 10));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
      // Without lingering the connection is reset, as the kernel does for a killed process.
      socket.setSoLinger(true, 0);
      OutputStream out = socket.getOutputStream();
      // Spark's frame: its length, the kind of an RPC, its number, the length of its body.
      ByteBuffer head = ByteBuffer.allocate(21);
      head.putLong(head.capacity() + message.length)
          .put((byte) 3)
          .putLong(1)
          .putInt(message.length);
      out.write(head.array());
      out.write(message, 0, message.length / 2);
      out.flush();
    }
    assertStepCanBeCompleted();
  }

  @Test
  void whoSpeaksAnotherProtocolIsCutOffAndTheStepIsCompleted() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port())) {
      socket.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(PATIENCE));
      byte[] text = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(text);
      socket.getOutputStream().flush();
      assertThat(isClosed(socket)).isTrue();
    }
    assertStepCanBeCompleted();
  }

  private static boolean isClosed(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (IOException e) {
      return String.valueOf(e.getMessage()).contains("reset");
    }
  }
}
