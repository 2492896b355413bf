package org.sparkqat.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class SparkTestKitTest {
  @Test
  void allTestsShareOneSessionThatRunsJobs() {
    SparkSession session = SparkTestKit.session();
    assertThat(SparkTestKit.session()).isSameAs(session);
    assertThat(session.range(0, 1000, 1, 4).selectExpr("sum(id)").first().getLong(0))
        .isEqualTo(499_500);
  }
}
