package org.sparkqat.distributed;

import java.util.Optional;
import java.util.function.Function;

/** One crew after another, each for the worker's specification of a stage. */
final class Crews implements AutoCloseable {

  private final Function<WorkerSpecification, Crew> factory;
  private Optional<WorkerSpecification> specification = Optional.empty();
  private Optional<Crew> crew = Optional.empty();

  Crews(Function<WorkerSpecification, Crew> factory) {
    this.factory = factory;
  }

  /** The crew for a specification; the one before it is gone when it needs another. */
  Crew of(WorkerSpecification wanted) {
    if (crew.isEmpty() || !specification.equals(Optional.of(wanted))) {
      close();
      crew = Optional.of(factory.apply(wanted));
      specification = Optional.of(wanted);
    }
    return crew.get();
  }

  @Override
  public void close() {
    crew.ifPresent(Crew::close);
    crew = Optional.empty();
  }
}
