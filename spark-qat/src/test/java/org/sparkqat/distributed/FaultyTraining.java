package org.sparkqat.distributed;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.progress.StepReport;
import org.sparkqat.distributed.progress.TrainingListener;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.ExecutorProcess;
import org.sparkqat.training.Position;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/**
 * A program that trains on a local cluster while its executors are killed and held, at steps drawn
 * from a seed. It prints what befell them, how long recovery took, and at the end the hashes.
 */
public final class FaultyTraining extends SparkListener implements TrainingListener {

  static final int EXAMPLES = 1000;
  static final int STEPS_OF_EPOCH = EXAMPLES / (TinyJob.SHARDS * TinyJob.MICRO_BATCH);
  static final int FLOAT_EPOCHS = 3;
  static final int QAT_EPOCHS = 4;
  static final int STEPS = STEPS_OF_EPOCH * (FLOAT_EPOCHS + QAT_EPOCHS);

  private static final int HANG_MILLIS = 2000;
  private static final int SOON_MILLIS = 200;

  /** What befalls executors. */
  enum Kind {
    /** One is stopped before it has computed its part of a step, and killed. */
    KILL_IN_STEP,
    /** The same in the last step of an epoch. */
    KILL_IN_LAST_STEP,
    /** All are killed at once. */
    KILL_ALL,
    /** One is killed at whatever it does. */
    KILL_ANYTIME,
    /** One hangs and comes back. */
    HANG
  }

  /**
   * One fault.
   *
   * @param step after which it happens
   * @param victim index of the executor
   * @param millis until the end of the fault
   */
  private record Fault(long step, Kind kind, int victim, int millis) {}

  private final List<Fault> faults;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "faults");
            thread.setDaemon(true);
            return thread;
          });
  private volatile long struck;
  private volatile long back;

  private FaultyTraining(List<Fault> faults) {
    this.faults = new ArrayList<>(faults);
  }

  /**
   * Arguments: the number of executors, the seed, how many faults, of which each kind is among the
   * first, and {@link ExchangeSettings.Slices}.
   */
  public static void main(String[] arguments) throws IOException {
    long seed = Long.parseLong(arguments[1]);
    List<Fault> faults = draw(new Random(seed), Integer.parseInt(arguments[2]));
    System.out.printf("seed %d: %d faults in %d steps%n", seed, faults.size(), STEPS);
    SparkSession.Builder builder =
        SparkSession.builder()
            .master("local-cluster[%s,1,1024]".formatted(arguments[0]))
            .config("spark.ui.enabled", "false")
            .config("spark.locality.wait", "0s")
            .config("spark.executor.extraJavaOptions", CommandLine.QUICK_START)
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"));
    try (SparkSession session = builder.getOrCreate()) {
      ExchangeSettings exchange =
          ExchangeSettings.DEFAULT
              .mode(ExchangeSettings.Mode.RESIDENT)
              .slices(ExchangeSettings.Slices.valueOf(arguments[3]));
      FaultyTraining training = new FaultyTraining(faults);
      session.sparkContext().addSparkListener(training);
      System.out.println(hashes(training.train(session, exchange)));
    }
  }

  /** The hashes of a state, as this program prints them. */
  static String hashes(TrainingState state) {
    return "parameters %s ranges %s"
        .formatted(
            ParameterLayout.sha256(state.parameters()),
            ParameterLayout.sha256(state.ranges().flat()));
  }

  /** The job's settings: those of the small job, for more epochs. */
  static TrainingSettings settings() {
    TrainingSettings small = TinyJob.settings();
    return small.stages(
        Stages.of(
            small.worker().scheme(),
            FLOAT_EPOCHS,
            small.stages().get(0).learningRate(),
            QAT_EPOCHS,
            small.stages().get(1).learningRate(),
            small.stages().get(1).freeze()));
  }

  private TrainingState train(SparkSession session, ExchangeSettings exchange) {
    return train(session, new QatTrainer(session, settings()).exchange(exchange).listener(this));
  }

  static TrainingState train(SparkSession session, QatTrainer trainer) {
    return trainer.train(
        TinyJob.data(TinyJob.table(session, TinyJob.rows(EXAMPLES, 1))),
        TinyJob.data(TinyJob.table(session, TinyJob.rows(60, 2))));
  }

  /** Faults at random steps, evenly spread; each kind once before any comes twice. */
  private static List<Fault> draw(Random random, int count) {
    List<Kind> kinds = new ArrayList<>();
    while (kinds.size() < count) {
      List<Kind> all = new ArrayList<>(List.of(Kind.values()));
      Collections.shuffle(all, random);
      kinds.addAll(all);
    }
    List<Fault> faults = new ArrayList<>();
    int gap = (STEPS - 2) / Math.max(count, 1);
    for (int i = 0; i < count; i++) {
      long step = 1 + (long) i * gap + random.nextInt(gap);
      Kind kind = kinds.get(i);
      if (kind == Kind.KILL_IN_LAST_STEP) {
        step = Math.max(step / STEPS_OF_EPOCH, 1) * STEPS_OF_EPOCH - 1;
      }
      int millis = kind == Kind.HANG ? HANG_MILLIS : SOON_MILLIS;
      faults.add(new Fault(step, kind, random.nextInt(2), random.nextInt(millis)));
    }
    faults.sort((a, b) -> Long.compare(a.step(), b.step()));
    return faults;
  }

  @Override
  public void onExecutorAdded(SparkListenerExecutorAdded event) {
    back = System.nanoTime();
  }

  @Override
  public void stepDone(StepReport report) {
    long now = System.nanoTime();
    Position at = report.position();
    if (struck != 0) {
      System.out.printf(
          Locale.ROOT,
          "step %d: completed %.1f s after the fault, %s%n",
          at.step() + 1,
          (now - struck) * 1e-9,
          back > struck ? "%.1f s after an executor was back".formatted((now - back) * 1e-9) : "");
      struck = 0;
    }
    if (!faults.isEmpty() && at.step() + 1 >= faults.get(0).step()) {
      strike(at, faults.remove(0));
    }
  }

  private void strike(Position at, Fault fault) {
    List<ExecutorProcess> all = ExecutorProcess.under(ProcessHandle.current());
    if (all.isEmpty()) {
      return;
    }
    ExecutorProcess victim = all.get(fault.victim() % all.size());
    System.out.printf("step %d: %s of executor %s%n", at.step() + 2, fault.kind(), victim.id());
    boolean held = fault.kind() != Kind.KILL_ANYTIME && fault.kind() != Kind.KILL_ALL;
    if (held) {
      victim.hold();
    }
    Runnable end =
        switch (fault.kind()) {
          case KILL_ALL -> () -> all.forEach(ExecutorProcess::kill);
          case HANG -> victim::goOn;
          default -> victim::kill;
        };
    var unused =
        timer.schedule(
            () -> {
              struck = System.nanoTime();
              end.run();
            },
            fault.millis(),
            TimeUnit.MILLISECONDS);
  }
}
