package org.sparkqat.distributed.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.sparkqat.analysis.Calibration;
import org.sparkqat.analysis.LayerSchemes;
import org.sparkqat.analysis.Measurement;
import org.sparkqat.distributed.evaluation.Evaluation;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.distributed.worker.EvaluationSums;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;

/**
 * Evaluates variants of one model on a sample that every executor holds: one evaluation a task, in
 * one thread, so that the numbers are the same on any cluster.
 */
public final class ProbeJob implements AutoCloseable {

  private static final long POLL_MILLIS = 200;

  /** Is told how many tasks of how many are done. */
  public interface Watcher {
    void done(int tasks, int of);
  }

  private final JavaSparkContext context;
  private final WorkerSpecification specification;
  private final Watcher watcher;
  private final Broadcast<byte[]> job;
  private final Broadcast<byte[]> model;
  private final Broadcast<byte[]> sample;
  private final Broadcast<byte[]> outputs;
  private final Measurement reference;

  /** Sends model and sample to the executors, and evaluates the float network: one Spark job. */
  public ProbeJob(
      SparkSession spark,
      WorkerSpecification specification,
      float[] parameters,
      float[] statistics,
      SampledExamples examples,
      Watcher watcher) {
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.specification = specification;
    this.watcher = watcher;
    QuantizedGraph graph = graph(specification.scheme());
    Ranges none = Ranges.empty(graph.slots());
    this.job = context.broadcast(specification.encode());
    this.model =
        context.broadcast(
            StepOrder.ofInference(Arithmetic.FLOAT, parameters, statistics, none).encode());
    this.sample = context.broadcast(examples.encode());
    Broadcast<byte[]> unknown = context.broadcast(outputs(new float[0]));
    ProbeTask task = new ProbeTask.Evaluate(Arithmetic.FLOAT, specification.scheme(), none);
    boolean done = false;
    Wire answer;
    try {
      answer = Wire.reader(run(List.of(task), unknown).get(0));
      done = true;
    } finally {
      unknown.destroy();
      if (!done) {
        List.of(job, model, sample).forEach(Broadcast::destroy);
      }
    }
    this.reference = measurement(answer);
    this.outputs = context.broadcast(outputs(answer.getFloats()));
  }

  private static byte[] outputs(float[] values) {
    return Wire.writer(16 + 4L * values.length).putFloats(values).bytes();
  }

  private QuantizedGraph graph(QuantizationScheme scheme) {
    return QuantizedGraph.of(BlockGraph.of(specification.network()), scheme);
  }

  /** What the float network reaches. */
  public Measurement reference() {
    return reference;
  }

  /** Counts the values of all quantization points; one Spark job. */
  public Calibration calibrate(LayerSchemes schemes) {
    byte[] counted = run(List.of(new ProbeTask.Count(schemes.whole()))).get(0);
    return Probe.calibration(schemes.graph(), counted);
  }

  /** What each scheme reaches, with the ranges that were calibrated; one Spark job. */
  public List<Measurement> evaluate(List<QuantizationScheme> schemes, Calibration calibration) {
    List<ProbeTask> tasks = new ArrayList<>();
    for (QuantizationScheme scheme : schemes) {
      Ranges ranges = calibration.ranges(graph(scheme));
      tasks.add(new ProbeTask.Evaluate(Arithmetic.QUANTIZED, scheme, ranges));
    }
    return run(tasks).stream().map(bytes -> measurement(Wire.reader(bytes))).toList();
  }

  /** Estimates of the trace of the Hessian of each layer's weights; one Spark job. */
  public List<double[]> hessian(int vectors, double step) {
    List<ProbeTask> tasks =
        IntStream.range(0, vectors)
            .<ProbeTask>mapToObj(number -> new ProbeTask.Hessian(number, step))
            .toList();
    return run(tasks).stream().map(bytes -> Wire.reader(bytes).getDoubles()).toList();
  }

  /** Mean over the micro-batches of the squared norm of the gradient of each layer's weights. */
  public double[] squaredGradients() {
    return Wire.reader(run(List.of(new ProbeTask.Fisher())).get(0)).getDoubles();
  }

  private Measurement measurement(Wire answer) {
    Evaluation evaluation = Evaluation.of(EvaluationSums.read(answer), specification.classes());
    return new Measurement(
        evaluation.loss(), evaluation.accuracy(), answer.getDouble(), answer.getDouble());
  }

  private List<byte[]> run(List<ProbeTask> tasks) {
    return run(tasks, outputs);
  }

  private List<byte[]> run(List<ProbeTask> tasks, Broadcast<byte[]> expected) {
    if (tasks.isEmpty()) {
      return List.of();
    }
    List<byte[]> encoded = tasks.stream().map(ProbeTask::encode).toList();
    Broadcast<byte[]> specifications = job;
    Broadcast<byte[]> models = model;
    Broadcast<byte[]> samples = sample;
    JavaRDD<byte[]> answers =
        context
            .parallelize(encoded, encoded.size())
            .map(
                task -> {
                  try (Probe probe =
                      new Probe(
                          WorkerSpecification.decode(specifications.value()),
                          StepOrder.decode(models.value()),
                          SampledExamples.decode(samples.value()),
                          Wire.reader(expected.value()).getFloats())) {
                    return probe.run(ProbeTask.decode(task));
                  }
                });
    return await(answers.collectAsync(), encoded.size());
  }

  private List<byte[]> await(JavaFutureAction<List<byte[]>> action, int tasks) {
    try {
      while (true) {
        try {
          List<byte[]> answers = action.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
          watcher.done(tasks, tasks);
          return answers;
        } catch (TimeoutException e) {
          watcher.done(completed(action), tasks);
        }
      }
    } catch (ExecutionException e) {
      throw ProbeJob.<RuntimeException>asItIs(e.getCause());
    } catch (InterruptedException e) {
      action.cancel(true);
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Cannot go on: interrupted while variants are evaluated", e);
    }
  }

  /** Spark throws checked exceptions that no method of its interface declares; so does this. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> RuntimeException asItIs(@Nullable Throwable thrown)
      throws E {
    throw (E) Objects.requireNonNull(thrown);
  }

  private int completed(JavaFutureAction<List<byte[]>> action) {
    int completed = 0;
    for (int id : action.jobIds()) {
      var found = context.statusTracker().getJobInfo(id);
      if (found != null) {
        for (int stage : found.stageIds()) {
          SparkStageInfo info = context.statusTracker().getStageInfo(stage);
          completed += info == null ? 0 : info.numCompletedTasks();
        }
      }
    }
    return completed;
  }

  @Override
  public void close() {
    List.of(job, model, sample, outputs).forEach(Broadcast::destroy);
  }
}
