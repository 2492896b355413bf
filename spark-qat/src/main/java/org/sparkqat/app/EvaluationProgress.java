package org.sparkqat.app;

import org.sparkqat.app.progress.Progress;
import org.sparkqat.app.progress.Update;
import org.sparkqat.distributed.probe.ProbeJob;

/** Tells a progress how many evaluations of variants are done. */
final class EvaluationProgress implements ProbeJob.Watcher {

  private final Progress progress;
  private final int examples;
  private int shown;

  /**
   * For one job.
   *
   * @param examples what one evaluation counts for
   */
  EvaluationProgress(Progress progress, int examples) {
    this.progress = progress;
    this.examples = examples;
  }

  @Override
  public void done(int tasks, int of) {
    shown = tasks < shown ? 0 : shown;
    while (shown < tasks && of > 1) {
      shown++;
      progress.step(new Update("evaluate", 1, 1, shown, of, of - shown, examples, Double.NaN));
    }
    shown = tasks == of ? 0 : shown;
  }
}
