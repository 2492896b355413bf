package org.sparkqat.distributed.exchange;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.wire.StepResult;

/**
 * Resident workers, until they cannot start; from then on, one Spark job a step, or an error where
 * nothing but residents will do.
 */
public final class FallbackExchange implements Exchange {

  private static final Logger LOG = LoggerFactory.getLogger(FallbackExchange.class);

  private final Exchange resident;
  private final Exchange jobs;
  private final ExchangeSettings.Mode mode;
  private Exchange current;

  public FallbackExchange(Exchange resident, Exchange jobs, ExchangeSettings.Mode mode) {
    this.resident = resident;
    this.jobs = jobs;
    this.mode = mode;
    this.current = resident;
  }

  @Override
  public StepResult step(StepOrder order) {
    try {
      return current.step(order);
    } catch (ExchangeUnavailableException e) {
      if (mode == ExchangeSettings.Mode.RESIDENT) {
        throw new IllegalStateException(
            e.getMessage() + " (or set cluster.exchange to auto or job-per-step)", e);
      }
      LOG.warn("{}; going on with one Spark job a step", e.getMessage());
      current = jobs;
      resident.release();
      return jobs.step(order);
    }
  }

  @Override
  public ExchangeTimes times() {
    return current.times();
  }

  @Override
  public void release() {
    current.release();
  }

  @Override
  public void close() {
    resident.close();
    jobs.close();
  }
}
