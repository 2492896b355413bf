package org.sparkqat.distributed.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sparkqat.distributed.exchange.ExchangeTimes;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.distributed.protocol.DriverMessage.Kind;
import org.sparkqat.distributed.transport.Answer;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Seeds;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.TreeSum;

/** Workers are lost, late, doubled or damaged; the clock stands still unless it is moved. */
class ResidentProtocolTest {

  private static final long RUN = 77;
  private static final int WORKERS = 3;
  private static final int SHARDS = 8;
  private static final ResultShape SHAPE = new ResultShape(2, 1, 2048, 0, 1, 1);

  private final AtomicLong clock = new AtomicLong();
  private final ResidentProtocol protocol =
      new ResidentProtocol(RUN, WORKERS, SHARDS, SHAPE, clock::get);

  private @Nullable StepRound round;

  private void begin(StepOrder order) {
    round = StepRound.of(order, SHARDS);
    protocol.begin(round);
  }

  private StepResult result() {
    protocol.close();
    return Objects.requireNonNull(round).result();
  }

  /** What came back to one question. */
  private static final class Reply implements Answer {

    private final List<DriverMessage> answers = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();

    @Override
    public void send(ByteBuffer message) {
      answers.add(DriverMessage.decode(message));
    }

    @Override
    public void refuse(String reason) {
      refusals.add(reason);
    }

    private DriverMessage.Kind kind() {
      assertThat(refusals).isEmpty();
      assertThat(answers).hasSize(1);
      return answers.get(0).kind();
    }

    private long step() {
      assertThat(kind()).isEqualTo(Kind.ORDER);
      return answers.get(0).order().orElseThrow().step();
    }

    private boolean isOpen() {
      return answers.isEmpty() && refusals.isEmpty();
    }
  }

  private static WorkerIdentity worker(int worker, long attempt) {
    return new WorkerIdentity(
        worker, ShardRange.of(worker, WORKERS, SHARDS), attempt, "executor" + attempt, "host");
  }

  private static StepOrder order(long step) {
    return new StepOrder(
        step,
        0,
        (int) step,
        Arithmetic.FLOAT,
        Normalization.BATCH,
        new float[] {1, 2},
        new float[] {3},
        Ranges.empty(1));
  }

  private static StepResult result(float value) {
    return new StepResult(
        new float[] {value, -value},
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

  /** The result of a worker, whose shards each yield their number plus one. */
  private static WorkerMessage computed(WorkerIdentity worker, long step) {
    TreeSum<StepResult> sum = new TreeSum<>(SHARDS, StepResult::merge);
    for (int shard = worker.shards().first(); shard <= worker.shards().last(); shard++) {
      sum.add(shard, result(shard + 1f));
    }
    return WorkerMessage.result(RUN, worker, step, 5, sum);
  }

  private static WorkerMessage poll(WorkerIdentity worker, long step) {
    return WorkerMessage.poll(RUN, worker, step);
  }

  private Reply tell(WorkerMessage message) {
    return tell("connection of " + message.from().attempt(), message.encode());
  }

  private Reply tell(Object connection, ByteBuffer bytes) {
    Reply reply = new Reply();
    protocol.receive(connection, bytes, reply);
    return reply;
  }

  private boolean isComplete() throws InterruptedException {
    return protocol.awaitStep(0);
  }

  private void assertTotal() throws InterruptedException {
    assertThat(isComplete()).isTrue();
    StepResult total = result();
    assertThat(total.gradient()).containsExactly(36, -36);
    assertThat(total.shards()).isEqualTo(SHARDS);
    assertThat(total.statisticCounts()).containsExactly(SHARDS);
  }

  @Test
  void aStepGoesToEveryWorkerAndIsCompleteWithTheLastResult() throws InterruptedException {
    assertThat(tell(WorkerMessage.hello(RUN, worker(0, 10))).kind()).isEqualTo(Kind.WAIT);
    Reply early = tell(poll(worker(0, 10), StepOrder.NO_STEP));
    assertThat(early.isOpen()).isTrue();
    begin(order(4));
    assertThat(early.step()).isEqualTo(4);
    assertThat(tell(poll(worker(1, 11), StepOrder.NO_STEP)).step()).isEqualTo(4);
    assertThat(tell(poll(worker(2, 12), StepOrder.NO_STEP)).step()).isEqualTo(4);

    Reply first = tell(computed(worker(2, 12), 4));
    Reply second = tell(computed(worker(0, 10), 4));
    assertThat(isComplete()).isFalse();
    Reply third = tell(computed(worker(1, 11), 4));
    assertTotal();
    assertThat(first.isOpen() && second.isOpen() && third.isOpen()).isTrue();
    begin(order(5));
    assertThat(List.of(first.step(), second.step(), third.step())).containsOnly(5L);
  }

  @Test
  void theOrderInWhichResultsComeChangesNoBit() throws InterruptedException {
    Random random = Seeds.random();
    List<WorkerMessage> messages = new ArrayList<>();
    for (int worker = 0; worker < WORKERS; worker++) {
      messages.add(computed(worker(worker, worker), 1));
    }
    for (int repetition = 0; repetition < 20; repetition++) {
      Collections.shuffle(messages, random);
      begin(order(1));
      messages.forEach(this::tell);
      assertTotal();
    }
  }

  @Test
  void aDuplicateIsIgnored() throws InterruptedException {
    begin(order(1));
    tell(computed(worker(0, 10), 1));
    tell(computed(worker(0, 10), 1));
    tell(computed(worker(0, 99), 1));
    tell(computed(worker(1, 11), 1));
    tell(computed(worker(2, 12), 1));
    tell(computed(worker(2, 12), 1));
    assertTotal();
  }

  @Test
  void aLateResultIsIgnoredAndItsWorkerCatchesUp() throws InterruptedException {
    begin(order(1));
    for (int worker = 0; worker < WORKERS; worker++) {
      tell(computed(worker(worker, 10 + worker), 1));
    }
    assertTotal();
    begin(order(2));
    assertThat(tell(computed(worker(0, 10), 1)).step()).isEqualTo(2);
    assertThat(protocol.missing()).contains("shards 0 to 1", "shards 2 to 4", "shards 5 to 7");
  }

  @Test
  void aLostTaskIsComputedByItsNextAttemptAndTheOthersWait() throws InterruptedException {
    begin(order(1));
    tell(poll(worker(0, 10), StepOrder.NO_STEP));
    Reply other = tell(computed(worker(1, 11), 1));
    tell(computed(worker(2, 12), 1));
    assertThat(protocol.allConnected()).isTrue();
    clock.set(TimeUnit.SECONDS.toNanos(7));
    protocol.lost("connection of 10");
    assertThat(protocol.allConnected()).isFalse();
    assertThat(protocol.missing())
        .isEqualTo(
            "shards 0 to 1 (executor executor10 on host, task attempt 10, lost, last heard of 7 s ago)");

    assertThat(tell(poll(worker(0, 20), StepOrder.NO_STEP)).step()).isEqualTo(1);
    assertThat(protocol.allConnected()).isTrue();
    // The connection of the lost attempt may be noticed to be lost after its successor is there.
    protocol.lost("connection of 10");
    assertThat(protocol.allConnected()).isTrue();
    tell(computed(worker(0, 20), 1));
    assertTotal();
    assertThat(other.isOpen()).isTrue();
  }

  @Test
  void aTaskThatIsRunAgainAfterItsResultCameWaitsForTheNextStep() throws InterruptedException {
    begin(order(1));
    tell(computed(worker(0, 10), 1));
    protocol.lost("connection of 10");
    Reply again = tell(poll(worker(0, 20), StepOrder.NO_STEP));
    assertThat(again.isOpen()).isTrue();
    tell(computed(worker(1, 11), 1));
    tell(computed(worker(2, 12), 1));
    assertTotal();
    begin(order(2));
    assertThat(again.step()).isEqualTo(2);
  }

  @Test
  void aTaskThatRunsTwiceBlocksOnlyWhileAnotherOneIsMissing() {
    begin(order(1));
    tell(poll(worker(0, 10), StepOrder.NO_STEP));
    tell(poll(worker(1, 11), StepOrder.NO_STEP));
    assertThat(protocol.isBlocked()).isFalse();
    tell(poll(worker(0, 20), StepOrder.NO_STEP));
    assertThat(protocol.isBlocked()).isTrue();
    tell(poll(worker(2, 12), StepOrder.NO_STEP));
    assertThat(protocol.isBlocked()).isFalse();
  }

  @Test
  void aTaskThatIsRunAgainAfterItsLossBlocksNothing() {
    begin(order(1));
    tell(poll(worker(0, 10), StepOrder.NO_STEP));
    protocol.lost("connection of 10");
    tell(poll(worker(0, 20), StepOrder.NO_STEP));
    assertThat(protocol.isBlocked()).isFalse();
  }

  @Test
  void nobodyIsAnsweredOnALostConnection() {
    Reply lost = tell(poll(worker(0, 10), StepOrder.NO_STEP));
    protocol.lost("connection of 10");
    begin(order(1));
    assertThat(lost.isOpen()).isTrue();
    assertThat(tell(poll(worker(0, 10), StepOrder.NO_STEP)).step()).isEqualTo(1);
  }

  @Test
  void whoWaitsForLongIsToldToAskAgain() {
    Reply old = tell(poll(worker(0, 10), StepOrder.NO_STEP));
    clock.set(900);
    Reply young = tell(poll(worker(1, 11), StepOrder.NO_STEP));
    clock.set(1000);
    protocol.renew(1000);
    assertThat(old.kind()).isEqualTo(Kind.WAIT);
    assertThat(young.isOpen()).isTrue();
  }

  @Test
  void theEndReachesThoseWhoWaitAndThoseWhoAskLater() {
    Reply waiting = tell(poll(worker(0, 10), StepOrder.NO_STEP));
    protocol.end();
    assertThat(waiting.kind()).isEqualTo(Kind.END);
    assertThat(tell(WorkerMessage.hello(RUN, worker(1, 11))).kind()).isEqualTo(Kind.END);
    assertThat(tell(computed(worker(2, 12), 3)).kind()).isEqualTo(Kind.END);
  }

  @Test
  void aWorkerOfAnotherRunIsToldSoAndChangesNothing() {
    begin(order(1));
    WorkerMessage mine = computed(worker(0, 10), 1);
    WorkerMessage foreign =
        new WorkerMessage(mine.kind(), RUN + 1, mine.from(), 1, 0, mine.encoding(), mine.parts());
    assertThat(tell(foreign).kind()).isEqualTo(Kind.STALE);
    assertThat(protocol.missing()).contains("shards 0 to 1 (no task has connected)");
  }

  @Test
  void aMessageWithAnyByteChangedOrCutOffIsRefused() {
    begin(order(1));
    byte[] good = new byte[computed(worker(0, 10), 1).encode().remaining()];
    computed(worker(0, 10), 1).encode().get(good);
    for (int at = 0; at < good.length; at++) {
      byte[] bad = good.clone();
      bad[at] ^= 4;
      assertThat(tell("stranger", ByteBuffer.wrap(bad)).refusals).as("byte %d", at).hasSize(1);
      assertThat(tell("stranger", ByteBuffer.wrap(good, 0, at)).refusals).hasSize(1);
    }
    assertThat(protocol.missing()).contains("shards 0 to 1 (no task has connected)");
  }

  @Test
  void randomBytesAreRefused() {
    Random random = Seeds.random();
    begin(order(1));
    for (int i = 0; i < 200; i++) {
      byte[] noise = new byte[random.nextInt(300)];
      random.nextBytes(noise);
      assertThat(tell("stranger", ByteBuffer.wrap(noise)).refusals).hasSize(1);
    }
  }

  @Test
  void aResultOfAnotherShapeOrOfForeignShardsIsRefused() {
    begin(order(1));
    WorkerIdentity self = worker(0, 10);
    TreeSum<StepResult> foreign = new TreeSum<>(SHARDS, StepResult::merge);
    foreign.add(7, result(1));
    assertThat(tell(WorkerMessage.result(RUN, self, 1, 0, foreign)).refusals)
        .containsExactly("Invalid result of shard 7: the worker has shards 0 to 1");

    StepResult longer =
        new StepResult(
            new float[3],
            Ranges.empty(1),
            new long[0],
            new double[0],
            new double[1],
            new long[1],
            0,
            0,
            1,
            ClipTotals.EMPTY,
            StepResult.ALL_FINITE);
    TreeSum<StepResult> odd = new TreeSum<>(SHARDS, StepResult::merge);
    odd.add(0, longer);
    assertThat(tell(WorkerMessage.result(RUN, self, 1, 0, odd)).refusals.get(0))
        .startsWith("Invalid result of shard 0: ResultShape[gradient=3");

    WorkerIdentity unknown = new WorkerIdentity(5, ShardRange.of(0, WORKERS, SHARDS), 1, "e", "h");
    assertThat(tell(poll(unknown, StepOrder.NO_STEP)).refusals.get(0))
        .startsWith("Invalid worker: 5 with shards 0 to 1");
  }

  @Test
  void theWorkersTimesAreKept() throws InterruptedException {
    begin(order(1));
    for (int worker = 0; worker < WORKERS; worker++) {
      WorkerMessage message = computed(worker(worker, worker), 1);
      tell(
          new WorkerMessage(
              message.kind(),
              RUN,
              message.from(),
              1,
              100L - worker,
              message.encoding(),
              message.parts()));
    }
    assertTotal();
    ExchangeTimes times = protocol.times();
    assertThat(times.slowestCompute()).isEqualTo(100);
    assertThat(times.meanCompute()).isEqualTo(100 - (WORKERS - 1) / 2);
  }

  private Reply lack(int worker, long attempt, long step) {
    return tell(WorkerMessage.lacking(RUN, worker(worker, attempt), step));
  }

  @Test
  void roundingErrorsAreLostWithTheTaskThatKeptThem() {
    begin(order(1));
    tell(computed(worker(0, 10), 1));
    protocol.lost("connection of 10");
    begin(order(2));
    assertThat(protocol.lacksResiduals()).isFalse();
    Reply again = lack(0, 20, 2);
    assertThat(protocol.lacksResiduals()).isTrue();
    assertThat(again.isOpen()).isTrue();
    begin(order(0));
    assertThat(protocol.lacksResiduals()).isFalse();
    assertThat(again.step()).isEqualTo(0);
  }

  @Test
  void roundingErrorsAreNotLostWhileAnotherTaskHasThem() {
    begin(order(1));
    tell(computed(worker(0, 10), 1));
    begin(order(2));
    lack(0, 20, 2);
    assertThat(protocol.lacksResiduals()).isFalse();
    clock.set(TimeUnit.SECONDS.toNanos(4));
    assertThat(protocol.lacksResiduals()).as("the other one is silent").isTrue();
    tell(computed(worker(0, 10), 2));
    assertThat(protocol.lacksResiduals()).isFalse();
  }

  @Test
  void whoHasComputedAStepBeforeTheDriverWentBackComputesItAgain() {
    begin(order(1));
    tell(computed(worker(0, 10), 1));
    begin(order(2));
    begin(order(1));
    assertThat(tell(poll(worker(0, 10), 1)).step()).isEqualTo(1);
    assertThat(tell(computed(worker(0, 10), 1)).isOpen()).isTrue();
  }

  @Test
  void workersThatHoldSlicesAreIntroducedWhenAllAreThere() {
    ResidentProtocol sliced = ResidentProtocol.sliced(RUN, WORKERS, SHARDS, SHAPE, clock::get);
    assertThat(tell(sliced, peers(0, 10)).kind()).isEqualTo(Kind.WAIT);
    assertThat(tell(sliced, peers(0, 20)).kind()).as("run again").isEqualTo(Kind.WAIT);
    assertThat(tell(sliced, peers(1, 11)).kind()).isEqualTo(Kind.WAIT);
    Reply last = tell(sliced, peers(2, 12));
    assertThat(last.answers.get(0).peers()).containsExactly("host:20", "host:11", "host:12");
    assertThat(tell(sliced, peers(0, 20)).kind()).isEqualTo(Kind.PEERS);
  }

  @Test
  void aSliceIsLostWhenAnotherAttemptComesAndTheFirstIsGone() {
    ResidentProtocol sliced = ResidentProtocol.sliced(RUN, WORKERS, SHARDS, SHAPE, clock::get);
    sliced.receive("first", peers(0, 10).encode(), new Reply());
    tell(sliced, peers(1, 11));
    tell(sliced, peers(2, 12));
    sliced.begin(StepRound.of(order(1), SHARDS));
    assertThat(tell(sliced, peers(0, 20)).kind()).isEqualTo(Kind.WAIT);
    assertThat(sliced.lacksResiduals()).isFalse();
    sliced.lost("first");
    assertThat(sliced.lacksResiduals()).isTrue();
  }

  @Test
  void whoCannotReachAnotherOneIsNamed() {
    ResidentProtocol sliced = ResidentProtocol.sliced(RUN, WORKERS, SHARDS, SHAPE, clock::get);
    WorkerMessage cannot = WorkerMessage.unreachable(RUN, worker(1, 11), "no way to worker 2");
    assertThat(tell(sliced, cannot).kind()).isEqualTo(Kind.WAIT);
    assertThat(sliced.unreachable())
        .isEqualTo("executor executor11 on host, task attempt 11: no way to worker 2");
  }

  private static WorkerMessage peers(int worker, long attempt) {
    return WorkerMessage.peers(RUN, worker(worker, attempt), "host:" + attempt);
  }

  private static Reply tell(ResidentProtocol protocol, WorkerMessage message) {
    Reply reply = new Reply();
    protocol.receive("connection " + message.from().attempt(), message.encode(), reply);
    return reply;
  }
}
