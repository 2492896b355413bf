package org.sparkqat.distributed;

import java.util.Optional;
import java.util.function.Function;
import org.sparkqat.distributed.evaluation.JobEvaluator;
import org.sparkqat.distributed.worker.WorkerSpecification;

/** One crew after another, each for what the workers of a stage must know. */
final class Crews implements AutoCloseable {

  private final Function<WorkerSpecification, Crew> factory;
  private Optional<WorkerSpecification> specification = Optional.empty();
  private Optional<Crew> crew = Optional.empty();
  private final Function<WorkerSpecification, JobEvaluator> evaluators;
  private Optional<WorkerSpecification> evaluated = Optional.empty();
  private Optional<JobEvaluator> evaluator = Optional.empty();

  /**
   * No crew yet.
   *
   * @param evaluators of networks that are evaluated otherwise than they are trained
   */
  Crews(
      Function<WorkerSpecification, Crew> factory,
      Function<WorkerSpecification, JobEvaluator> evaluators) {
    this.factory = factory;
    this.evaluators = evaluators;
  }

  /** The crew for a specification; the one before it is gone when it needs another. */
  Crew of(WorkerSpecification wanted) {
    if (crew.isEmpty() || !specification.equals(Optional.of(wanted))) {
      crew.ifPresent(Crew::close);
      crew = Optional.of(factory.apply(wanted));
      specification = Optional.of(wanted);
    }
    return crew.get();
  }

  /** Who evaluates networks with a specification. */
  JobEvaluator evaluator(WorkerSpecification wanted) {
    if (crew.isPresent() && specification.equals(Optional.of(wanted))) {
      return crew.get().evaluator();
    }
    if (evaluator.isEmpty() || !evaluated.equals(Optional.of(wanted))) {
      evaluator.ifPresent(JobEvaluator::close);
      evaluator = Optional.of(evaluators.apply(wanted));
      evaluated = Optional.of(wanted);
    }
    return evaluator.get();
  }

  @Override
  public void close() {
    crew.ifPresent(Crew::close);
    crew = Optional.empty();
    evaluator.ifPresent(JobEvaluator::close);
    evaluator = Optional.empty();
  }
}
