package org.sparkqat.app.doctor;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.config.ValidationConfiguration;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.data.DataScan;
import org.sparkqat.data.DataSource;
import org.sparkqat.distributed.TrainingSettings;
import org.sparkqat.distributed.cluster.ClusterFacts;
import org.sparkqat.distributed.cluster.ClusterProbe;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.spark.SparkBuild;
import scala.Tuple2;

/** Collects the facts and lets every check look at them. */
public final class Examination {

  private static final String NO_JOB = "needs --config";
  private static final String VALIDATION = "validation data";
  private static final String SEE_ABOVE = "what it needs has failed above";

  private final Optional<Job> job;
  private final Supplier<Session> sessions;
  private final Function<Throwable, String> words;
  private final Diagnosis diagnosis = new Diagnosis();

  /** A job in both its forms. */
  public record Job(JobConfiguration configuration, TrainingSettings settings) {}

  /**
   * A session.
   *
   * @param end what to do with it at the end
   */
  public record Session(SparkSession spark, Runnable end) {}

  /**
   * An examination.
   *
   * @param job empty: only what every job needs is checked
   * @param sessions starts the session, or finds it
   * @param words what a user is told about an exception
   */
  public Examination(
      Optional<Job> job, Supplier<Session> sessions, Function<Throwable, String> words) {
    this.job = job;
    this.sessions = sessions;
    this.words = words;
  }

  /**
   * Runs all checks.
   *
   * @param refusal why this program does not run on this Spark
   */
  public Diagnosis run(Optional<String> refusal, Configuration hadoop) {
    if (!versions(refusal)) {
      skip(SEE_ABOVE, "spark context");
      withoutContext(hadoop);
      return diagnosis;
    }
    Optional<String> connect =
        SparkContextCheck.connect(settings(new SparkConf()), System.getenv());
    if (connect.isPresent()) {
      check("spark context", () -> new SparkContextCheck(connect, Optional.empty()));
      withoutContext(hadoop);
      return diagnosis;
    }
    withContext(hadoop);
    return diagnosis;
  }

  private static Map<String, String> settings(SparkConf conf) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Tuple2<String, String> setting : conf.getAll()) {
      all.put(setting._1(), setting._2());
    }
    return all;
  }

  private boolean versions(Optional<String> refusal) {
    return check(
                "versions",
                () ->
                    new VersionCheck(
                        Runtime.version().feature(),
                        SparkBuild.runningSpark(),
                        SparkBuild.runningScala(),
                        refusal))
            .status()
        != Status.FAIL;
  }

  private void withContext(Configuration hadoop) {
    Session session;
    try {
      session = sessions.get();
    } catch (RuntimeException | LinkageError e) {
      diagnosis.add(
          "spark context",
          Finding.fail(
              "Spark does not start: " + words.apply(e),
              "correct --master and the settings of Spark"));
      withoutContext(hadoop);
      return;
    }
    try {
      if (hasContext(session.spark())) {
        examine(session.spark(), hadoop);
      } else {
        withoutContext(hadoop);
      }
    } finally {
      session.end().run();
    }
  }

  /** What can be told without Spark. */
  private void withoutContext(Configuration hadoop) {
    skip(SEE_ABOVE, "slots", "natives", "instruction sets", "arithmetic", "serializer");
    output(hadoop);
    skip(SEE_ABOVE, "exchange", "training data", "test data", "memory", "time");
  }

  /** A session of Spark Connect has no context, and says so by an exception. */
  private boolean hasContext(SparkSession session) {
    Optional<String> remote =
        session.getClass().getName().contains(".connect.")
            ? Optional.of("the session is remote")
            : Optional.empty();
    Finding found =
        check(
            "spark context",
            () ->
                new SparkContextCheck(
                    remote,
                    remote.isPresent()
                        ? Optional.empty()
                        : Optional.of(session.sparkContext().master())));
    return found.status() != Status.FAIL;
  }

  private void examine(SparkSession session, Configuration hadoop) {
    ExchangeSettings exchange =
        job.map(each -> each.configuration().cluster().exchange()).orElse(ExchangeSettings.DEFAULT);
    ClusterFacts cluster =
        fact(
            "slots",
            () ->
                new ClusterProbe(session, job.map(each -> each.settings().worker()), exchange)
                    .run());
    if (cluster == null) {
      withoutContext(hadoop);
      return;
    }
    examine(session, hadoop, cluster, exchange);
  }

  private void examine(
      SparkSession session, Configuration hadoop, ClusterFacts cluster, ExchangeSettings exchange) {
    SlotsCheck slots =
        new SlotsCheck(
            cluster,
            job.map(each -> each.settings().worker().shards()).orElse(0),
            job.map(each -> each.configuration().cluster().workers()).orElse(OptionalInt.empty()),
            exchange.mode());
    ExchangeCheck travel = new ExchangeCheck(cluster, exchange.mode());
    if (check("slots", () -> slots).status() == Status.FAIL) {
      // A job would wait for an executor without end.
      withoutContext(hadoop);
      return;
    }
    EngineChoice engine =
        job.map(each -> each.settings().worker().engine()).orElse(EngineChoice.AUTO);
    SparkConf conf = session.sparkContext().getConf();
    check("natives", () -> new NativesCheck(cluster.executors(), engine));
    Optional<String> wanted = job.flatMap(each -> each.settings().worker().instructionSet());
    check(
        "instruction sets",
        () -> new InstructionSetCheck(cluster.driver(), cluster.executors(), wanted, engine));
    if (job.isEmpty()) {
      check("serializer", () -> new SerializerCheck(conf));
      check("exchange", () -> travel);
      skip(NO_JOB, "arithmetic", "output", "training data", "test data", "memory", "time");
      return;
    }
    check("arithmetic", () -> new ArithmeticCheck(cluster.executors()));
    check("serializer", () -> new SerializerCheck(conf));
    output(hadoop);
    check("exchange", () -> travel);
    size(session, job.get(), cluster, Math.max(1, slots.count()), travel.isResident());
  }

  private void output(Configuration hadoop) {
    if (job.isEmpty()) {
      skip(NO_JOB, "output");
      return;
    }
    String path = job.get().configuration().output().path();
    check("output", () -> new OutputCheck(RunFolder.of(path, hadoop)));
  }

  /** Data, memory and time, which depend on how much data there is. */
  private void size(
      SparkSession session, Job subject, ClusterFacts cluster, int workers, boolean resident) {
    var data = subject.configuration().data();
    double heldOut = data.validation().map(ValidationConfiguration::heldOut).orElse(0.0);
    int least = (int) Math.ceil(subject.settings().globalBatch() / (1 - heldOut));
    DataScan train =
        scan(session, "training data", subject, data.train(), "training.batch-size", least);
    DataScan test = scan(session, "test data", subject, data.test(), "", 1);
    // What is held out of the training data has been scanned with them.
    Optional<DataSource> rows = data.validation().flatMap(ValidationConfiguration::rows);
    DataScan validation =
        rows.isPresent() ? scan(session, VALIDATION, subject, rows.get(), "", 1) : null;
    StepCost cost = fact("time", () -> new StepTrial(subject.settings().worker()).run());
    if (train == null || test == null || cost == null || (rows.isPresent() && validation == null)) {
      skip(SEE_ABOVE, "memory", "time");
      return;
    }
    long validated = validation == null ? Math.round(train.rows() * heldOut) : validation.rows();
    long trained = validation == null ? train.rows() - validated : train.rows();
    long evaluated = test.rows() + validated;
    long bytes = (trained + evaluated) * train.exampleBytes();
    int executors = Math.max(1, cluster.executors().size());
    SparkConf conf = session.sparkContext().getConf();
    check(
        "memory",
        () ->
            new MemoryCheck(
                MemoryNeed.of(subject.settings(), cost, bytes, workers, executors),
                MemoryLimits.of(conf, cluster)));
    check(
        "time",
        () -> new TimeCheck(cost, subject.settings(), trained, evaluated, workers, resident));
  }

  private @Nullable DataScan scan(
      SparkSession session, String name, Job subject, DataSource source, String key, int least) {
    DataScan scan =
        fact(
            name, () -> DataScan.of(source.read(session), subject.configuration().data().schema()));
    if (scan != null) {
      check(
          name,
          () -> new DataCheck(scan, key, least, subject.configuration().data().normalization()));
    }
    return scan;
  }

  /** Names the checks that cannot be made; what has failed already stays. */
  private void skip(String reason, String... names) {
    for (String name : names) {
      if (!diagnosis.findings().containsKey(name)) {
        diagnosis.add(name, Finding.skipped(reason));
      }
    }
  }

  private interface Maker {
    Check make() throws IOException;
  }

  private Finding check(String name, Maker maker) {
    Finding finding;
    try {
      finding = maker.make().find();
    } catch (IOException | RuntimeException e) {
      finding = failed(e);
    }
    diagnosis.add(name, finding);
    return finding;
  }

  /** Something that a check needs; null when it cannot be had, which the check then says. */
  private <T> @Nullable T fact(String name, Callable<T> source) {
    try {
      return source.call();
    } catch (Exception | LinkageError e) {
      // Not narrower: Spark's Scala methods throw checked exceptions that they do not declare.
      diagnosis.add(name, failed(e));
      return null;
    }
  }

  private Finding failed(Throwable thrown) {
    return Finding.fail(words.apply(thrown), "correct what the message says");
  }
}
