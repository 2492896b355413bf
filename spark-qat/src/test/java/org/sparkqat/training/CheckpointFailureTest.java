package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Saving on a file system that does not do what it is asked to. */
class CheckpointFailureTest {

  @TempDir java.nio.file.Path folder;
  private CheckpointStore healthy;

  @BeforeEach
  void saveOne() {
    healthy = store(new Configuration());
    healthy.save(CheckpointStates.at(40), CheckpointMark.scored(0.1));
  }

  @Test
  void aRefusedRenameLeavesTheOldCheckpointsAlone() {
    CheckpointStore store = store(failing(RefusesToPublish.class));

    assertFails(() -> store.save(CheckpointStates.at(50)), "step-00000050", "cannot rename ");
    assertOnlyTheOldOneIsThere();
  }

  @Test
  void aRefusedReplacementPutsTheOldCheckpointBack() {
    CheckpointStore store = store(failing(RefusesToPublish.class));

    assertFails(() -> store.save(CheckpointStates.at(40)), "step-00000040", "cannot rename ");
    assertOnlyTheOldOneIsThere();
  }

  @Test
  void aFullDiskLeavesTheOldCheckpointsAlone() {
    CheckpointStore store = store(failing(HasNoSpaceForManifests.class));

    assertFails(() -> store.save(CheckpointStates.at(50)), "step-00000050", "No space left");
    assertOnlyTheOldOneIsThere();
  }

  private static void assertFails(Runnable save, String name, String cause) {
    assertThatThrownBy(save::run)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("Failed to write checkpoint " + name + " in file:")
        .cause()
        .hasMessageStartingWith(cause);
  }

  private void assertOnlyTheOldOneIsThere() {
    try (Stream<java.nio.file.Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve("step-00000040"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Checkpoint old = healthy.latest().orElseThrow();
    assertThat(old.mark()).isEqualTo(CheckpointMark.scored(0.1));
    assertThat(old.skipped()).isEqualTo(List.of());
  }

  private CheckpointStore store(Configuration hadoop) {
    return CheckpointStore.open(
        new Path(folder.toUri()), hadoop, CheckpointStates.ORIGIN, CheckpointRetention.DEFAULT);
  }

  private static Configuration failing(Class<? extends RawLocalFileSystem> fileSystem) {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.file.impl", fileSystem, RawLocalFileSystem.class);
    hadoop.setBoolean("fs.file.impl.disable.cache", true);
    return hadoop;
  }

  /** Answers false when a checkpoint is to become visible. */
  static final class RefusesToPublish extends RawLocalFileSystem {
    @Override
    public boolean rename(Path from, Path to) throws IOException {
      return !from.getName().startsWith(".tmp-") && super.rename(from, to);
    }
  }

  /** Fails at the last file of a checkpoint. */
  static final class HasNoSpaceForManifests extends RawLocalFileSystem {
    @Override
    public FSDataOutputStream create(Path file, boolean overwrite) throws IOException {
      if (file.getName().equals("manifest.json")) {
        throw new IOException("No space left on device");
      }
      return super.create(file, overwrite);
    }
  }
}
