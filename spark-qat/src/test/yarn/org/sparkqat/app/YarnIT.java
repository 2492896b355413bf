package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.app.SmallJob.Hashes;
import org.sparkqat.app.SmallJob.Result;

/** A training on YARN gives the bits of one on one core, wherever its driver runs. */
@Tag("cluster")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class YarnIT {

  private YarnCluster cluster;
  private SmallJob job;
  private Hashes expected;

  @BeforeAll
  void trainOnOneCore(@TempDir Path folder) throws IOException {
    cluster = new YarnCluster(folder.resolve("conf"));
    job = SmallJob.in(folder).with("HADOOP_CONF_DIR", cluster.configurationFolder());
    expected = job.train("reference", "--master", "local[1]").hashes();
  }

  @AfterAll
  void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "cluster"})
  void yarnChangesNoBit(String deployMode) throws IOException {
    String output = "yarn-" + deployMode;
    String javaHome = System.getProperty("java.home");
    Result result =
        job.train(
            output,
            "--master=yarn",
            "--deploy-mode=" + deployMode,
            "--num-executors=2",
            "--executor-memory=1g",
            "--conf=spark.yarn.jars=local:" + System.getProperty("sparkqat.runtime") + "/jars/*",
            "--conf=spark.yarn.stagingDir=" + job.path("staging"),
            "--conf=spark.yarn.maxAppAttempts=1",
            "--conf=spark.yarn.appMasterEnv.JAVA_HOME=" + javaHome,
            "--conf=spark.executorEnv.JAVA_HOME=" + javaHome,
            "--set",
            "cluster.exchange=resident");
    assertThat(result.hashes()).isEqualTo(expected);
  }
}
