package org.sparkqat.distributed;

import java.util.Optional;
import java.util.OptionalInt;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.sparkqat.distributed.evaluation.JobEvaluator;
import org.sparkqat.distributed.exchange.Exchange;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.exchange.FallbackExchange;
import org.sparkqat.distributed.exchange.JobPerStepExchange;
import org.sparkqat.distributed.exchange.ShardGroups;
import org.sparkqat.distributed.resident.Patience;
import org.sparkqat.distributed.resident.ResidentExchange;
import org.sparkqat.distributed.resident.WorkerCount;
import org.sparkqat.distributed.transport.SparkInternals;
import org.sparkqat.distributed.worker.WorkerSpecification;

/**
 * Makes the crews of a job, whose workers are told what a stage needs.
 *
 * @param settings of the job
 * @param exchange how steps travel
 * @param workers tasks that train side by side; empty: as many as there are slots
 * @param patience with workers that should come
 * @param slices how steps are made by slices; empty: they are not
 * @param training the shards that steps are made of
 * @param evaluating the shards that networks are evaluated on
 */
record CrewFactory(
    JavaSparkContext context,
    TrainingSettings settings,
    ExchangeSettings exchange,
    OptionalInt workers,
    Patience patience,
    Optional<SliceChoice> slices,
    Schedule schedule,
    TrainingStep step,
    ShardGroups training,
    EvaluationData evaluating) {

  /** The crew whose workers compute with a specification. */
  Crew crew(WorkerSpecification worker) {
    Broadcast<byte[]> specification = context.broadcast(worker.encode());
    Exchange jobs =
        new JobPerStepExchange(
            context, training, worker.shards(), specification, exchange.stepTimeout().toSeconds());
    JobEvaluator evaluator = evaluating.evaluator(context, specification, worker.classes());
    if (exchange.mode() == ExchangeSettings.Mode.JOB_PER_STEP) {
      return new Crew(new DriverSteps(schedule, step, jobs), jobs, evaluator);
    }
    ResidentExchange resident = resident(worker, specification);
    Exchange merging = new FallbackExchange(resident, jobs, exchange.mode());
    Steps driver = new DriverSteps(schedule, step, merging);
    Steps steps =
        slices
            .<Steps>map(
                choice -> new SlicedSteps(settings, schedule, step, resident, driver, choice))
            .orElse(driver);
    return new Crew(steps, merging, evaluator);
  }

  private ResidentExchange resident(WorkerSpecification worker, Broadcast<byte[]> specification) {
    WorkerCount count =
        new WorkerCount(
            () -> SparkInternals.slots(context.sc()),
            workers,
            worker.shards(),
            patience.slots(),
            exchange.stepTimeout().toSeconds());
    return new ResidentExchange(
        context, training, worker, count, specification, exchange, patience);
  }

  /** Who evaluates networks that are not trained. */
  JobEvaluator evaluator(WorkerSpecification worker) {
    return evaluating.evaluator(context, context.broadcast(worker.encode()), worker.classes());
  }
}
