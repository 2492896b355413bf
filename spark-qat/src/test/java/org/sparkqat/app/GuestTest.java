package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.testkit.SparkTestKit;

/** The program in a process that is another's and has a Spark context, as a Databricks job has. */
class GuestTest {

  @BeforeAll
  static void beGuest() {
    assertThat(SparkTestKit.session().sparkContext().isStopped()).isFalse();
  }

  @Test
  void trainingLeavesTheProcessAndItsContextAlone(@TempDir Path folder) throws IOException {
    SmallJob job = SmallJob.in(folder);
    Main.main(job.arguments("guest"));
    assertThat(job.hashes("guest").parameters()).hasSize(64);
    SparkSession session = SparkTestKit.session();
    assertThat(session.sparkContext().isStopped()).isFalse();
    assertThat(session.range(7).count()).isEqualTo(7);
  }

  @Test
  void aFailureIsAnExceptionSoThatTheJobFails() {
    assertThatThrownBy(() -> Main.main(new String[] {"train"}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Failed to run spark-qat: exit code 2 (its message is on stderr)");
  }

  @Test
  void hadoopIsToldWhatTheContextWasTold() {
    SparkSession session = SparkTestKit.session();
    session.sparkContext().hadoopConfiguration().set("fs.sparkqat.test", "told");
    assertThat(Sessions.hadoop().get("fs.sparkqat.test")).isEqualTo("told");
  }
}
