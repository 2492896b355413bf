package org.sparkqat.app;

import org.apache.spark.sql.SparkSession;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.data.DataSource;
import org.sparkqat.data.ShardedDataset;

/** Reads the examples of a source into the shards of a job. */
final class Examples {

  private Examples() {}

  static ShardedDataset prepare(SparkSession session, JobConfiguration job, DataSource source) {
    return ShardedDataset.prepare(
        source.read(session),
        job.data().schema(),
        job.training().shards(),
        job.training().seed(),
        job.data().storage());
  }
}
