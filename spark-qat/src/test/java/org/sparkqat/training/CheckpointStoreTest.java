package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {

  @TempDir Path folder;
  private Path root;
  private CheckpointStore store;

  @BeforeEach
  void open() {
    root = folder.resolve("run/checkpoints");
    store = store(CheckpointStates.ORIGIN, 3);
  }

  private CheckpointStore store(CheckpointOrigin origin, int last) {
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(root.toUri());
    return CheckpointStore.open(path, new Configuration(), origin, new CheckpointRetention(last));
  }

  @Test
  void aStateComesBackBitForBit() {
    TrainingState state = CheckpointStates.at(40);

    assertThat(store.save(state, CheckpointMark.scored(0.75))).isEqualTo("step-00000040");

    Checkpoint found = store.latest().orElseThrow();
    assertThat(found.name()).isEqualTo("step-00000040");
    assertThat(found.skipped()).isEmpty();
    assertThat(found.origin()).isEqualTo(CheckpointStates.ORIGIN);
    assertThat(found.mark()).isEqualTo(CheckpointMark.scored(0.75));
    CheckpointStates.assertSame(found.state(), state);
  }

  @Test
  void whatTheStageRemembersComesBackToo() {
    StageMemory memory =
        StageMemory.NONE
            .quietSteps(7)
            .with("held", new float[] {Float.NaN, 0.5f})
            .with("estimate", new float[] {-0f});
    TrainingState state = CheckpointStates.at(40).memory(memory);
    store.save(state);

    CheckpointStates.assertSame(store.latest().orElseThrow().state(), state);
  }

  @Test
  void longArraysComeBackToo() {
    float[] many = new float[100_003];
    for (int i = 0; i < many.length; i++) {
      many[i] = (float) Math.sin(i);
    }
    TrainingState small = CheckpointStates.at(1);
    TrainingState state =
        new TrainingState(
            small.position(), many, new float[0][], new float[0], small.ranges(), 0, Map.of());
    store.save(state);

    CheckpointStates.assertSame(store.latest().orElseThrow().state(), state);
  }

  @Test
  void theFolderHoldsTheNamedFilesAndNothingElse() throws IOException {
    store.save(CheckpointStates.at(40));

    assertThat(names(root)).containsExactly("step-00000040");
    assertThat(names(root.resolve("step-00000040")))
        .containsExactly(
            "manifest.json",
            "parameters.bin",
            "ranges.bin",
            "slots-0.bin",
            "slots-1.bin",
            "state.json",
            "statistics.bin");
    // Little-endian float32.
    assertThat(Files.readAllBytes(root.resolve("step-00000040/statistics.bin")))
        .containsExactly(0, 0, 0, 0x3f, 0, 0, 0x20, 0x42);
  }

  @Test
  void withoutCheckpointsThereIsNoLatest() {
    assertThat(store.latest()).isEmpty();
    assertThat(store.best()).isEmpty();
    assertThat(store.tagged("float")).isEmpty();
    assertThat(store.names()).isEmpty();
  }

  @Test
  void theLastThreeTheBestAndTheTaggedStay() {
    store.save(CheckpointStates.at(10), CheckpointMark.scored(0.9));
    store.save(CheckpointStates.at(20), CheckpointMark.tagged("float").withScore(0.5));
    for (long step = 30; step <= 80; step += 10) {
      store.save(CheckpointStates.at(step), CheckpointMark.scored(0.6));
    }

    assertThat(store.names())
        .containsExactly(
            "step-00000080",
            "step-00000070",
            "step-00000060",
            "step-00000020-float",
            "step-00000010");
    assertThat(store.best().orElseThrow().name()).isEqualTo("step-00000010");
    assertThat(store.tagged("float").orElseThrow().name()).isEqualTo("step-00000020-float");
    assertThat(store.named("step-00000070").state().position().step()).isEqualTo(70);
  }

  @Test
  void aModelThatWasNotEvaluatedIsNeverTheBest() {
    store.save(CheckpointStates.at(10), CheckpointMark.scored(0.1));
    store.save(CheckpointStates.at(20), CheckpointMark.scored(Double.NaN));

    assertThat(store.best().orElseThrow().name()).isEqualTo("step-00000010");
  }

  @Test
  void ofEqualScoresTheFurthestIsTheBest() {
    store.save(CheckpointStates.at(10), CheckpointMark.scored(0.9));
    store.save(CheckpointStates.at(20), CheckpointMark.scored(0.9));
    store.save(CheckpointStates.at(30));

    assertThat(store.best().orElseThrow().name()).isEqualTo("step-00000020");
  }

  @Test
  void ofOneStepTheFurtherPhaseIsTheLatest() {
    store.save(at(Phase.CALIBRATION, 40), CheckpointMark.tagged("float"));
    store.save(at(Phase.QAT, 40), CheckpointMark.tagged("calibrated"));
    store.save(at(Phase.FLOAT, 40));

    assertThat(store.names())
        .containsExactly("step-00000040-calibrated", "step-00000040-float", "step-00000040");
    assertThat(store.latest().orElseThrow().state().position().phase()).isEqualTo(Phase.QAT);
  }

  @Test
  void theSameStepSavedAgainReplacesTheFirst() {
    store.save(CheckpointStates.at(40), CheckpointMark.scored(0.1));
    store.save(CheckpointStates.at(40), CheckpointMark.scored(0.2));

    assertThat(names(root)).containsExactly("step-00000040");
    assertThat(store.latest().orElseThrow().mark()).isEqualTo(CheckpointMark.scored(0.2));
  }

  @Test
  void aDamagedCheckpointOfTheSameStepIsReplaced() throws IOException {
    store.save(CheckpointStates.at(40));
    Files.delete(root.resolve("step-00000040/manifest.json"));

    store.save(CheckpointStates.at(40));

    assertThat(store.latest().orElseThrow().skipped()).isEmpty();
  }

  @Test
  void stepsSortAsNumbers() {
    store.save(CheckpointStates.at(99_999_999));
    store.save(CheckpointStates.at(100_000_000));

    assertThat(store.latest().orElseThrow().name()).isEqualTo("step-100000000");
  }

  @Test
  void whatAKilledSaveLeftIsInvisibleAndRemovedAtTheNextStart() throws IOException {
    store.save(CheckpointStates.at(40));
    // Killed between writing and renaming.
    Files.move(root.resolve("step-00000040"), root.resolve(".tmp-0"));
    store.save(CheckpointStates.at(30));
    assertThat(store.latest().orElseThrow().name()).isEqualTo("step-00000030");

    store.removeLeftovers();

    assertThat(names(root)).containsExactly("step-00000030");
  }

  @Test
  void aReplacementKilledHalfwayIsUndone() throws IOException {
    store.save(CheckpointStates.at(40));
    // Killed when the old one was moved away and the new one not yet in place.
    Files.move(root.resolve("step-00000040"), root.resolve(".replaced-step-00000040"));
    assertThat(store.latest()).isEmpty();

    store.removeLeftovers();

    assertThat(store.latest().orElseThrow().name()).isEqualTo("step-00000040");
  }

  @Test
  void aReplacementKilledAtItsEndIsCompleted() throws IOException {
    store.save(CheckpointStates.at(40));
    Files.createDirectory(root.resolve(".replaced-step-00000040"));

    store.removeLeftovers();

    assertThat(names(root)).containsExactly("step-00000040");
  }

  @Test
  void foreignFilesAreLeftAlone() throws IOException {
    Files.createDirectories(root.resolve("notes"));
    Files.writeString(root.resolve("README"), "mine");
    store.save(CheckpointStates.at(40));
    store.removeLeftovers();

    assertThat(names(root)).containsExactly("README", "notes", "step-00000040");
  }

  @Test
  void aCopyByOtherProgramsIsWhole() throws IOException {
    store.save(CheckpointStates.at(40));
    Path copy = folder.resolve("copy");
    Files.createDirectories(copy.resolve("step-00000040"));
    for (String name : names(root.resolve("step-00000040"))) {
      Files.copy(
          root.resolve("step-00000040").resolve(name), copy.resolve("step-00000040").resolve(name));
    }
    root = copy;

    assertThat(store(CheckpointStates.ORIGIN, 3).latest()).isPresent();
  }

  @Test
  void aPlainPathIsOnTheDefaultFileSystem() {
    root = folder.resolve("plain");
    CheckpointStore plain =
        CheckpointStore.open(
            new org.apache.hadoop.fs.Path(root.toString()),
            new Configuration(),
            CheckpointStates.ORIGIN,
            CheckpointRetention.DEFAULT);
    plain.save(CheckpointStates.at(40));

    assertThat(plain.latest()).isPresent();
    assertThat(names(root)).containsExactly("step-00000040");
  }

  @Test
  void aCheckpointOfAnotherJobIsRefusedWithWhatDiffers() {
    store.save(CheckpointStates.at(40));
    CheckpointStore other =
        store(
            new CheckpointOrigin(
                Map.of("model", "x".repeat(70), "training.shards", "8", "training.seed", "42"),
                "0.1.0",
                "avx2"),
            3);

    assertThatThrownBy(other::latest)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "Cannot resume from file:.*/checkpoints/step-00000040: it belongs to another model or"
                + " configuration \\(model: lenet5, now x{60}\\.\\.\\.; training.shards: none, now"
                + " 8\\)");
    assertThatThrownBy(() -> other.named("step-00000040"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("it belongs to another model or configuration");
  }

  @Test
  void anotherProgramOrInstructionSetMayGoOn() {
    store.save(CheckpointStates.at(40));
    CheckpointOrigin upgraded =
        new CheckpointOrigin(CheckpointStates.ORIGIN.fingerprint(), "0.2.0", "avx512");

    Checkpoint found = store(upgraded, 3).latest().orElseThrow();

    assertThat(found.origin().program()).isEqualTo("0.1.0");
    assertThat(found.origin().instructionSet()).isEqualTo("avx2");
  }

  @Test
  void anEmptyFingerprintReadsEverything() {
    store.save(CheckpointStates.at(40));

    assertThat(store(new CheckpointOrigin(Map.of(), "", ""), 3).latest()).isPresent();
  }

  @Test
  void anUnknownNameIsAnsweredWithTheKnownOnes() {
    store.save(CheckpointStates.at(40));

    assertThatThrownBy(() -> store.named("step-00000041"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid checkpoint: 'step-00000041' (allowed: [step-00000040])");
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws IOException {
    Files.createDirectories(root.getParent());
    Files.writeString(root, "a file where the folder should be");

    assertThatThrownBy(() -> store.save(CheckpointStates.at(40)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageMatching("Failed to write checkpoint step-00000040 in file:.*/checkpoints")
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatThrownBy(() -> new CheckpointRetention(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid number of checkpoints to keep: 0 (must be at least 1)");
    assertThatThrownBy(() -> CheckpointMark.tagged("a/b"))
        .hasMessage("Invalid checkpoint tag: 'a/b' (lower-case letters and digits)");
    assertThatThrownBy(() -> new CheckpointMark("", OptionalDouble.of(Double.NaN)))
        .hasMessage("Invalid checkpoint score: NaN (must be a number)");
  }

  private static TrainingState at(Phase phase, long step) {
    return CheckpointStates.at(new Position(phase, 0, 0, step));
  }

  private static List<String> names(Path path) {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
