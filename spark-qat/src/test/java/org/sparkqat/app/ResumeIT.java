package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkqat.app.SmallJob.Hashes;
import org.sparkqat.app.SmallJob.Result;
import org.sparkqat.engine.Seeds;

/** A run that is killed and resumed ends as if nothing had happened. */
@Tag("cluster")
class ResumeIT {

  private static final String OUTPUT = "killed";
  private static final String[] TWO_CORES = {"--master", "local[2]"};
  private static final String[] RESUME = {"--master", "local[2]", "--resume"};
  private static final Comparator<String> BY_STEP =
      Comparator.comparingInt(ResumeIT::step).thenComparing(name -> name);

  private static Hashes expected;

  @TempDir private Path folder;

  private SmallJob job;

  @BeforeAll
  static void trainUndisturbed(@TempDir Path whole) throws IOException {
    expected = SmallJob.in(whole).train("whole", TWO_CORES).hashes();
  }

  @BeforeEach
  void write() throws IOException {
    job = SmallJob.in(folder);
  }

  /**
   * One run: killed before its first checkpoint, killed twice at random, and then its latest
   * checkpoint is damaged.
   */
  @Test
  void aRunThatIsKilledAgainAndAgainEndsWithTheSameBits() throws Exception {
    Random random = Seeds.random();
    killBeforeTheFirstCheckpoint();
    killAtStep(random.nextInt(3, 13), random, "No checkpoint to resume from");
    String latest = checkpoints().get(0);
    killAtStep(random.nextInt(18, 28), random, "Resuming from checkpoint " + latest + " ");
    List<String> left = checkpoints();
    damage(left.get(0), random);
    Result result = job.train(OUTPUT, RESUME);

    assertThat(result.messages())
        .contains("Failed to read checkpoint " + left.get(0) + ": ", "(using " + left.get(1) + ")")
        .contains("Resuming from checkpoint " + left.get(1) + " ");
    assertThat(result.hashes()).isEqualTo(expected);
    assertThat(stepsOfMetrics())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, SmallJob.STEPS).boxed().toList());
  }

  /** A run hangs, is started again by whoever watches it, and wakes up when the other is done. */
  @Test
  void aRunThatWasStartedAgainMeanwhileWritesNothingMore() throws Exception {
    try (RunningJob first = job.start(OUTPUT, TWO_CORES)) {
      first.await(() -> !checkpoints().isEmpty());
      first.hold();
      assertThat(job.train(OUTPUT, RESUME).hashes()).isEqualTo(expected);
      first.goOn();
      first.awaitEnd(1);
      assertThat(first.messages()).contains("was taken over by another run, started 20");
    }
    assertThat(job.hashes(OUTPUT)).isEqualTo(expected);
    assertThat(stepsOfMetrics())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, SmallJob.STEPS).boxed().toList());
  }

  private void killBeforeTheFirstCheckpoint() throws Exception {
    try (RunningJob run = job.start(OUTPUT, TWO_CORES)) {
      run.await(() -> Files.exists(job.path(OUTPUT).resolve("config.yaml")));
      run.killAfter(0);
    }
    assertThat(checkpoints()).isEmpty();
  }

  /** Kills a resumed run soon after it has reached a step, whatever it does at that moment. */
  private void killAtStep(int step, Random random, String beginning) throws Exception {
    List<String> before = checkpoints();
    try (RunningJob run = job.start(OUTPUT, RESUME)) {
      run.await(
          () -> {
            List<String> now = checkpoints();
            return !now.equals(before) && !now.isEmpty() && step(now.get(0)) >= step;
          });
      run.killAfter(random.nextInt(100));
      assertThat(run.messages()).contains(beginning);
    }
  }

  /** Changes one byte in the middle of the largest file. */
  private void damage(String checkpoint, Random random) throws IOException {
    Path largest;
    try (Stream<Path> files = Files.list(folderOfCheckpoints().resolve(checkpoint))) {
      largest = files.max(Comparator.comparingLong(file -> file.toFile().length())).orElseThrow();
    }
    byte[] content = Files.readAllBytes(largest);
    content[content.length / 2] ^= (byte) random.nextInt(1, 256);
    Files.write(largest, content);
  }

  /** Names of the complete checkpoints, the latest first. */
  private List<String> checkpoints() {
    if (!Files.exists(folderOfCheckpoints())) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(folderOfCheckpoints())) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> name.startsWith("step-"))
          .sorted(BY_STEP.reversed())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int step(String checkpoint) {
    return Integer.parseInt(checkpoint.split("-", 3)[1]);
  }

  private Path folderOfCheckpoints() {
    return job.path(OUTPUT).resolve("checkpoints");
  }

  private List<Long> stepsOfMetrics() throws IOException {
    List<Long> steps = new ArrayList<>();
    ObjectMapper mapper = new ObjectMapper();
    for (String line : Files.readAllLines(job.path(OUTPUT).resolve("metrics.jsonl"))) {
      JsonNode event = mapper.readTree(line);
      if (event.get("kind").asText().equals("step")) {
        steps.add(event.get("step").asLong());
      }
    }
    return steps;
  }
}
