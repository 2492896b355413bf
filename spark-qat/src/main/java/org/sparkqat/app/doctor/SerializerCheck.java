package org.sparkqat.app.doctor;

import java.util.Optional;
import org.apache.spark.SparkConf;
import org.sparkqat.data.SerializerSelfTest;

/** Whether Spark's serializer, with the settings of the job, carries examples and shards. */
record SerializerCheck(SparkConf conf) implements Check {

  @Override
  public Finding find() {
    Optional<String> problem = SerializerSelfTest.problem(conf);
    return problem
        .map(
            reason ->
                Finding.fail(
                    "Kryo cannot carry examples: " + reason,
                    "correct spark.kryo.registrator and the other spark.kryo settings, and give"
                        + " driver and executors the same jar"))
        .orElseGet(() -> Finding.ok("Kryo carries examples, with registration required"));
  }
}
