package org.sparkqat.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.data.ExampleSource;
import org.sparkqat.data.InvalidDataException;
import org.sparkqat.data.ShardedDataset;

/**
 * The examples of a training job.
 *
 * @param validation what decisions are taken on; empty: the test data
 */
record JobData(ShardedDataset train, ShardedDataset test, Optional<ShardedDataset> validation)
    implements AutoCloseable {

  /**
   * Prepares the data of a job.
   *
   * @throws InvalidDataException if there are too few examples for it, or wrong ones
   */
  static JobData prepare(SparkSession session, JobConfiguration job) {
    List<ShardedDataset> prepared = new ArrayList<>();
    Function<ExampleSource, ShardedDataset> prepare =
        from -> {
          ShardedDataset set = Examples.prepare(session, job, from);
          prepared.add(set);
          return set;
        };
    try {
      JobData data =
          new JobData(
              prepare.apply(job.data().trainingExamples()),
              prepare.apply(job.data().testExamples()),
              job.data().validationExamples().map(prepare));
      data.train.requireGlobalBatch(job.training().batchSize());
      data.requireEnoughToCalibrate(job);
      data.requireEnoughToChooseBits(job);
      return data;
    } catch (RuntimeException e) {
      prepared.forEach(ShardedDataset::close);
      throw e;
    }
  }

  private void requireEnoughToCalibrate(JobConfiguration job) {
    job.calibration()
        .shortageOf(train.examples(), job.training())
        .ifPresent(
            message -> {
              throw new InvalidDataException(message);
            });
  }

  private void requireEnoughToChooseBits(JobConfiguration job) {
    int microBatch = job.training().microBatch();
    if (job.quantization().mixed().isPresent() && deciding().examples() < microBatch) {
      throw new InvalidDataException(
          "Invalid data.validation: %d examples (quantization.mixed chooses bits on whole micro-batches of %d: add some, or leave data.validation out)"
              .formatted(deciding().examples(), microBatch));
    }
  }

  /** What the bits of layers are chosen on. */
  ShardedDataset deciding() {
    return validation.orElse(train);
  }

  /** The sets by their names. */
  Map<String, ShardedDataset> byName() {
    Map<String, ShardedDataset> sets = new LinkedHashMap<>();
    sets.put("train", train);
    validation.ifPresent(set -> sets.put("validation", set));
    sets.put("test", test);
    return sets;
  }

  /** What the preparation of each took. */
  Map<String, Map<String, Object>> preparations() {
    Map<String, Map<String, Object>> each = new LinkedHashMap<>();
    byName().forEach((name, set) -> each.put(name, set.preparation().figures()));
    return each;
  }

  /** How many examples there are of what. */
  String text() {
    return "%,d training%s and %,d test examples in %d shards"
        .formatted(
            train.examples(),
            validation.map(set -> ", %,d validation".formatted(set.examples())).orElse(""),
            test.examples(),
            train.shards());
  }

  @Override
  public void close() {
    byName().values().forEach(ShardedDataset::close);
  }
}
