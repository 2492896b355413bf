package org.sparkqat.app;

import org.apache.spark.sql.SparkSession;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.data.ExampleSource;
import org.sparkqat.data.ShardedDataset;

/** Reads the examples of a source into the shards of a job. */
final class Examples {

  private Examples() {}

  static ShardedDataset prepare(SparkSession session, JobConfiguration job, ExampleSource from) {
    return ShardedDataset.prepare(
        from.source().read(session),
        from.portion(),
        job.data().schema(),
        job.training().shards(),
        job.training().seed(),
        job.data().storage());
  }
}
