package org.sparkqat.distributed.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.testkit.SparkTestKit;

/** Two workers over the real network; the first asks the second. */
@ExtendWith(SparkTestKit.class)
class SlicePeersTest {

  private static final long RUN = 7;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final SliceBoard board = new SliceBoard(RUN);
  private final AtomicInteger pulses = new AtomicInteger();
  private SparkInternals.Server server;

  @BeforeEach
  void listen(SparkSession spark) {
    assertThat(spark.sparkContext().isStopped()).isFalse();
    server = SparkInternals.Server.ofTask(board);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private SlicePeers peers(long run) {
    String second = SparkInternals.host() + ":" + server.port();
    return new SlicePeers(run, 0, List.of("nowhere:1", second), this::pulse);
  }

  private void pulse() {
    if (pulses.incrementAndGet() == 5) {
      throw new IllegalStateException("enough");
    }
  }

  private static float[] fetch(SlicePeers peers, SliceKey key) {
    float[] found = new float[3];
    peers.fetch(peer -> true, peer -> key, (peer, answer) -> answer.getFloats(found, 0, 3));
    return found;
  }

  @Test
  void whatIsThereIsAnsweredAtOnceAndWhatIsNotWhenItIsThere() {
    SliceKey now = SliceKey.parameters(4, 1);
    SliceKey later = SliceKey.gradient(4, 0);
    board.put(now, SliceContent.message(new float[] {1, 2, 3}));
    try (SlicePeers peers = peers(RUN)) {
      assertThat(fetch(peers, now)).containsExactly(1, 2, 3);
      CompletableFuture<float[]> waiting = CompletableFuture.supplyAsync(() -> fetch(peers, later));
      Awaitility.await().until(() -> pulses.get() > 0);
      assertThat(waiting).isNotDone();
      board.put(later, SliceContent.message(new float[] {4, 5, 6}));
      assertThat(waiting).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(new float[] {4, 5, 6});
    }
  }

  @Test
  void whoAsksForWhatIsGoneOrForAnotherJobIsRefusedUntilTheDriverEndsIt() {
    board.put(SliceKey.parameters(4, 1), SliceContent.message(new float[] {1, 2, 3}));
    board.forgetBefore(5);
    try (SlicePeers peers = peers(RUN)) {
      assertThatThrownBy(() -> fetch(peers, SliceKey.parameters(4, 1))).hasMessage("enough");
    }
    pulses.set(0);
    board.put(SliceKey.parameters(5, 1), SliceContent.message(new float[] {1, 2, 3}));
    try (SlicePeers peers = peers(RUN + 1)) {
      assertThatThrownBy(() -> fetch(peers, SliceKey.parameters(5, 1))).hasMessage("enough");
    }
  }

  @Test
  void anAnswerOfAnotherLengthOrAlteredIsAskedForAgain() {
    SliceKey key = SliceKey.parameters(4, 1);
    ByteBuffer altered = SliceContent.message(new float[] {1, 2, 3});
    altered.put(20, (byte) (altered.get(20) + 1));
    for (ByteBuffer wrong : List.of(altered, SliceContent.message(new float[] {1, 2}))) {
      pulses.set(0);
      board.put(key, wrong);
      try (SlicePeers peers = peers(RUN)) {
        CompletableFuture<float[]> found = CompletableFuture.supplyAsync(() -> fetch(peers, key));
        Awaitility.await().until(() -> pulses.get() > 0);
        board.put(key, SliceContent.message(new float[] {1, 2, 3}));
        assertThat(found).succeedsWithin(Duration.ofSeconds(30)).isEqualTo(new float[] {1, 2, 3});
      }
    }
  }

  @Test
  void whoCannotBeReachedIsNamed() {
    int port = server.port();
    try (SlicePeers peers = peers(RUN)) {
      server.close();
      assertThatThrownBy(() -> peers.connect(SECOND))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Failed to reach worker 1 at %s:%d", SparkInternals.host(), port);
    }
  }
}
