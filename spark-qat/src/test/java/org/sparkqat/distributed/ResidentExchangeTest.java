package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.distributed.exchange.Exchange;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.exchange.JobPerStepExchange;
import org.sparkqat.distributed.exchange.ShardGroups;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.distributed.resident.Patience;
import org.sparkqat.distributed.resident.ResidentExchange;
import org.sparkqat.distributed.resident.WorkerCount;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.TrainingState;

@ExtendWith(SparkTestKit.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResidentExchangeTest {

  private static final List<Row> ROWS = TinyJob.rows(300, 1);
  private static final ExchangeSettings RESIDENT =
      ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.RESIDENT);

  private TrainingState reference;

  @BeforeAll
  void trainTheReference(SparkSession spark) {
    reference = TinyJob.train(spark, TinyJob.table(spark, ROWS), 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void bothExchangesGiveTheSameBits(int workers, SparkSession spark) {
    assertSameResult(TinyJob.train(spark, TinyJob.table(spark, ROWS), workers, RESIDENT));
  }

  @Test
  void leavesNoThreadBehind(SparkSession spark) {
    assertSameResult(TinyJob.train(spark, TinyJob.table(spark, ROWS), 2, RESIDENT));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(threads()).isEmpty());
  }

  /** Threads of the exchange, on both of its sides. */
  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("sparkqat"))
        .collect(Collectors.toSet());
  }

  @Test
  void aKilledTaskIsRunAgainAndChangesNoBit(SparkSession spark) {
    Set<Long> running = ConcurrentHashMap.newKeySet();
    SparkListener tasks =
        new SparkListener() {
          @Override
          public void onTaskStart(SparkListenerTaskStart start) {
            running.add(start.taskInfo().taskId());
          }

          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            running.remove(end.taskInfo().taskId());
          }
        };
    AtomicInteger killed = new AtomicInteger();
    QatTrainer trainer =
        new QatTrainer(spark, TinyJob.settings())
            .exchange(RESIDENT)
            .listener(
                new TrainingListener() {
                  @Override
                  public void stepDone(StepReport report) {
                    if (report.position().step() % 5 == 2) {
                      Awaitility.await().until(() -> running.size() == 2);
                      long task = List.copyOf(running).get(killed.getAndIncrement() % 2);
                      spark.sparkContext().killTaskAttempt(task, true, "a test");
                    }
                  }
                });
    spark.sparkContext().addSparkListener(tasks);
    try {
      assertSameResult(
          trainer.train(
              TinyJob.data(TinyJob.table(spark, ROWS)),
              TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))));
    } finally {
      spark.sparkContext().removeSparkListener(tasks);
    }
    assertThat(killed).hasValueGreaterThan(3);
  }

  @Test
  void cancellingItsJobEndsTraining(SparkSession spark) {
    QatTrainer trainer =
        new QatTrainer(spark, TinyJob.settings())
            .exchange(RESIDENT)
            .listener(
                new TrainingListener() {
                  @Override
                  public void stepDone(StepReport report) {
                    if (report.position().step() == 4) {
                      spark.sparkContext().cancelAllJobs();
                      // Otherwise the steps that are left may be faster than the end of the job.
                      Awaitility.await()
                          .until(
                              () ->
                                  spark.sparkContext().statusTracker().getActiveJobIds().length
                                      == 0);
                    }
                  }
                });
    assertThatThrownBy(
            () ->
                trainer.train(
                    TinyJob.data(TinyJob.table(spark, ROWS)),
                    TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))))
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("cancelled");
  }

  @Test
  void anExceptionInTheLoopEndsTheTasks(SparkSession spark) {
    QatTrainer trainer =
        new QatTrainer(spark, TinyJob.settings())
            .exchange(RESIDENT)
            .listener(
                new TrainingListener() {
                  @Override
                  public void stepDone(StepReport report) {
                    if (report.position().step() == 4) {
                      throw new IllegalStateException("enough");
                    }
                  }
                });
    assertThatThrownBy(
            () ->
                trainer.train(
                    TinyJob.data(TinyJob.table(spark, ROWS)),
                    TinyJob.data(TinyJob.table(spark, TinyJob.rows(60, 2)))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("enough");
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(context.statusTracker().getActiveJobIds()).isEmpty());
  }

  @Test
  void withoutSlotsForAllWorkersAJobForEachStepGivesTheSameBits(SparkSession spark)
      throws Exception {
    // Steps may take as long as they want: only the start of the second worker is given up soon.
    Patience hasty = new Patience(2, 10, 0, 10);
    QatTrainer trainer = new QatTrainer(spark, TinyJob.settings()).workers(2).patience(hasty);
    withOneSlot(
        spark,
        () -> {
          assertSameResult(TinyJob.train(spark, TinyJob.table(spark, ROWS), trainer));
          trainer.exchange(RESIDENT);
          assertThatThrownBy(() -> TinyJob.train(spark, TinyJob.table(spark, ROWS), trainer))
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("Cannot start resident workers: within 2 s not every task")
              .hasMessageContaining("shards 4 to 7 (no task has connected)");
        });
  }

  @Test
  void whenSlotsAreLostFewerWorkersComputeTheStepInFlight(SparkSession spark) throws Exception {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    WorkerSpecification worker = TinyJob.settings().worker();
    Broadcast<byte[]> specification = context.broadcast(worker.encode());
    // The second slot is promised once, and never there.
    AtomicInteger asked = new AtomicInteger();
    WorkerCount count =
        new WorkerCount(
            () -> asked.getAndIncrement() < 2 ? 2 : 1, OptionalInt.empty(), worker.shards(), 0, 0);
    try (ShardGroups groups = ShardGroups.of(TinyJob.data(TinyJob.table(spark, ROWS)), 2);
        ResidentExchange resident =
            new ResidentExchange(
                context,
                groups,
                worker,
                count,
                specification,
                RESIDENT,
                new Patience(60, 1, 0, 9));
        Exchange jobs =
            new JobPerStepExchange(context, groups, worker.shards(), specification, 60)) {
      Schedule schedule = new Schedule(TinyJob.settings(), groups.examples());
      StepOrder order = schedule.order(new QatTrainer(spark, TinyJob.settings()).initialState());
      withOneSlot(
          spark,
          () -> {
            StepResult result = resident.step(order);
            assertThat(groups.workers()).isEqualTo(1);
            resident.release();
            assertThat(result.gradient()).isEqualTo(jobs.step(order).gradient());
          });
    }
  }

  // A process has one Spark context, and tasks in it share what is static.
  private static final Semaphore STARTED = new Semaphore(0);
  private static final Semaphore RELEASED = new Semaphore(0);

  /** Does something while somebody else's task holds one of the two slots. */
  private static void withOneSlot(SparkSession spark, Runnable work) throws Exception {
    JavaFutureAction<Void> task =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(List.of(1), 1)
            .foreachPartitionAsync(
                part -> {
                  STARTED.release();
                  RELEASED.acquire();
                });
    STARTED.acquire();
    try {
      work.run();
    } finally {
      RELEASED.release();
      task.get();
    }
  }

  private void assertSameResult(TrainingState state) {
    assertThat(ParameterLayout.sha256(state.parameters()))
        .isEqualTo(ParameterLayout.sha256(reference.parameters()));
    assertThat(ParameterLayout.sha256(state.ranges().flat()))
        .isEqualTo(ParameterLayout.sha256(reference.ranges().flat()));
    assertThat(state.statistics()).isEqualTo(reference.statistics());
    assertThat(state.results()).isEqualTo(reference.results());
  }
}
