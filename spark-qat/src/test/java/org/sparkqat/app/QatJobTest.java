package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.app.config.InvalidConfigurationException;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.Summary;
import org.sparkqat.testkit.SparkTestKit;

/** Training from Java, as a guest in a process with a Spark session. */
class QatJobTest {

  @TempDir private static Path folder;
  private static SmallJob small;

  @BeforeAll
  static void writeData() throws IOException {
    assertThat(SparkTestKit.session().sparkContext().isStopped()).isFalse();
    small = SmallJob.in(folder);
  }

  private static QatJob job() {
    return QatJob.configured(small.configuration().toString());
  }

  private static QatJob job(String output) {
    return job().set("output.path", small.path(output).toString());
  }

  @Test
  void aPresetAndEveryKeyCanBeSet() throws IOException {
    JobConfiguration configuration =
        job().set("quantization.preset", "w2a2-lsq").set("training.seed", "7").configuration();
    assertThat(configuration.scheme().weights().bits()).isEqualTo(2);
    assertThat(configuration.scheme().activations().bits()).isEqualTo(2);
    assertThat(configuration.training().seed()).isEqualTo(7);
    assertThat(job().configuration().training().seed()).isEqualTo(42);
  }

  @Test
  void aJobNeedsNoFile() throws IOException {
    JobConfiguration configuration =
        QatJob.configured()
            .set("data.train.path", "train")
            .set("data.test.path", "test")
            .set("data.features", "[x, y]")
            .set("data.label", "z")
            .set("data.shape", "[2]")
            .set("data.classes", "3")
            .set("model.layers", "[{name: fc, type: fully-connected, outputs: 3}]")
            .set("output.path", "out")
            .configuration();
    assertThat(configuration.network().parameters().size()).isEqualTo(3 * 2 + 3);
  }

  @Test
  void theResultIsThatOfTheCommandAndOfARunThatGoesOn() throws IOException {
    Main.main(small.arguments("command"));
    Summary summary = job("java").train();
    assertThat(summary.parametersSha256()).isEqualTo(small.hashes("command").parameters());
    assertThat(summary.rangesSha256()).isEqualTo(small.hashes("command").ranges());
    assertThat(new ObjectMapper().readTree(summary.json()))
        .isEqualTo(new ObjectMapper().readTree(file("java/summary.json")));
    assertThatThrownBy(() -> job("java").train())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(small.path("java").toString());
    assertThat(job("java").resume().parametersSha256()).isEqualTo(summary.parametersSha256());
    assertThat(SparkTestKit.session().range(7).count()).isEqualTo(7);
  }

  @Test
  void allMistakesAreToldBeforeAnythingRuns() {
    assertThatThrownBy(
            () ->
                job("wrong").set("quantization.preset", "w5a5").set("training.epochs", "3").train())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContainingAll("quantization.preset", "w5a5", "training.epochs");
    assertThat(small.path("wrong")).doesNotExist();
  }

  private static String file(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }
}
