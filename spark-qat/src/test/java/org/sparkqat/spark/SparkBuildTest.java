package org.sparkqat.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkBuildTest {

  private static final SparkBuild SPARK_4 = SparkBuild.ALL.get(0);
  private static final SparkBuild SPARK_35 = SparkBuild.ALL.get(1);
  private static final SparkBuild SPARK_35_SCALA_212 = SparkBuild.ALL.get(2);

  @Test
  void theTestsRunOnWhatTheyWereBuiltFor() {
    assertThatCode(SparkBuild::requireMatch).doesNotThrowAnyException();
    assertThat(SparkBuild.runningSpark()).isEqualTo(SparkBuild.compiledWith());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4.1.0, 2.13.17",
    "0, 4.0.1, 2.13.16",
    "1, 3.5.6, 2.13.8",
    "2, 3.5.5, 2.12.18",
    "2, 3.5.6-amzn-1, 2.12.18"
  })
  void aJarRunsOnItsLineOfSparkWithItsScala(int build, String spark, String scala) {
    assertThatCode(() -> SparkBuild.ALL.get(build).requireMatch(spark, scala))
        .doesNotThrowAnyException();
  }

  @Test
  void theMessageNamesTheJarThatIsNeeded() {
    assertThatThrownBy(() -> SPARK_4.requireMatch("3.5.6-amzn-0", "2.12.18"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "Unsupported Spark: 3.5.6-amzn-0 with Scala 2.12.18 (spark-qat_2.13 runs on Spark 4.0"
                + " and 4.1 with Scala 2.13; use spark-qat_2.12, which"
                + " 'mvn package -Pspark-3.5-scala-2.12' makes)");
    assertThatThrownBy(() -> SPARK_35.requireMatch("4.1.0", "2.13.17"))
        .hasMessageContaining("use spark-qat_2.13, which");
    assertThatThrownBy(() -> SPARK_35_SCALA_212.requireMatch("3.5.6", "2.13.8"))
        .hasMessageContaining("use spark-qat-3.5_2.13, which");
  }

  @Test
  void aSparkWithoutAJarIsNamed() {
    assertThatThrownBy(() -> SPARK_4.requireMatch("3.4.1", "2.12.17"))
        .hasMessageEndingWith("with Scala 2.13; no jar of this project runs on yours)");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2"})
  void spark400IsRefusedByEachJar(int build) {
    assertThatThrownBy(() -> SparkBuild.ALL.get(build).requireMatch("4.0.0", "2.13.16"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("Unsupported Spark: 4.0.0 (use 4.0.1 or later; see SPARK-52259)");
  }
}
