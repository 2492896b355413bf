package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointDamageTest {

  @TempDir Path root;
  private CheckpointStore store;
  private Path newest;
  private FileSystem files;

  @BeforeEach
  void saveTwo() throws IOException {
    Configuration hadoop = new Configuration();
    files = FileSystem.getLocal(hadoop).getRawFileSystem();
    store =
        CheckpointStore.open(
            new org.apache.hadoop.fs.Path(root.toUri()),
            hadoop,
            CheckpointStates.ORIGIN,
            CheckpointRetention.DEFAULT);
    store.save(CheckpointStates.at(30), CheckpointMark.scored(0.3));
    store.save(CheckpointStates.at(40), CheckpointMark.scored(0.4));
    newest = root.resolve("step-00000040");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "parameters.bin",
        "slots-0.bin",
        "slots-1.bin",
        "statistics.bin",
        "ranges.bin",
        "state.json"
      })
  void aDamagedFileIsNamedAndTheCheckpointBeforeIsUsed(String file) throws IOException {
    byte[] whole = Files.readAllBytes(newest.resolve(file));

    byte[] flipped = whole.clone();
    flipped[whole.length / 2] ^= 0x10;
    Files.write(newest.resolve(file), flipped);
    assertSkipped("checksum of " + file + " differs");

    Files.write(newest.resolve(file), Arrays.copyOf(whole, whole.length - 1));
    assertSkipped("%s has %d bytes instead of %d".formatted(file, whole.length - 1, whole.length));

    Files.write(newest.resolve(file), new byte[0]);
    assertSkipped("%s has 0 bytes instead of %d".formatted(file, whole.length));

    Files.delete(newest.resolve(file));
    assertSkipped(file + " is missing");
  }

  @Test
  void aMissingManifestIsNamed() throws IOException {
    Files.delete(newest.resolve("manifest.json"));

    assertSkipped("manifest.json is missing");
  }

  @Test
  void aManifestCutAnywhereIsNotValid() throws IOException {
    Path manifest = newest.resolve("manifest.json");
    byte[] whole = Files.readAllBytes(manifest);
    for (int length = 0; length < whole.length; length++) {
      Files.write(manifest, Arrays.copyOf(whole, length));
      assertThatThrownBy(this::readNewest)
          .as("cut at %d", length)
          .isInstanceOf(DamagedCheckpointException.class)
          .hasMessageStartingWith("manifest.json is not valid: ");
    }
  }

  @Test
  void noFlippedBitOfTheManifestChangesTheState() throws IOException {
    Path manifest = newest.resolve("manifest.json");
    byte[] whole = Files.readAllBytes(manifest);
    int noticed = 0;
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(manifest, flipped);
      try {
        CheckpointStates.assertSame(readNewest(), CheckpointStates.at(40));
      } catch (DamagedCheckpointException e) {
        noticed++;
      }
    }
    assertThat(noticed).isGreaterThan(7 * whole.length);
  }

  private TrainingState readNewest() throws IOException {
    CheckpointFolder checkpoint =
        new CheckpointFolder(files, new org.apache.hadoop.fs.Path(newest.toUri()));
    return checkpoint.read(checkpoint.describe());
  }

  @Test
  void anEmptyFolderIsADamagedCheckpoint() throws IOException {
    Files.createDirectory(root.resolve("step-00000050"));

    Checkpoint found = store.latest().orElseThrow();

    assertThat(found.name()).isEqualTo("step-00000040");
    assertThat(found.skipped())
        .containsExactly(
            "Failed to read checkpoint step-00000050: manifest.json is missing"
                + " (using step-00000040)");
  }

  @Test
  void aDamagedBestGivesWayToTheSecondBest() throws IOException {
    Files.write(newest.resolve("parameters.bin"), new byte[20]);

    Checkpoint best = store.best().orElseThrow();

    assertThat(best.name()).isEqualTo("step-00000030");
    assertThat(best.skipped()).hasSize(1);
  }

  @Test
  void whenAllAreDamagedTheErrorNamesAll() throws IOException {
    Files.delete(newest.resolve("manifest.json"));
    Files.delete(root.resolve("step-00000030/ranges.bin"));

    assertThatThrownBy(store::latest)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "Cannot resume from file:.*: no checkpoint is intact \\("
                + "Failed to read checkpoint step-00000040: manifest.json is missing; "
                + "Failed to read checkpoint step-00000030: ranges.bin is missing\\)");
  }

  @Test
  void aDamagedCheckpointAskedForByNameIsAnErrorThatNamesTheOthers() throws IOException {
    Files.delete(newest.resolve("slots-1.bin"));

    assertThatThrownBy(() -> store.named("step-00000040"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageMatching(
            "Failed to read checkpoint step-00000040: slots-1.bin is missing \\(in file:.* there"
                + " are \\[step-00000040, step-00000030\\]\\)");
  }

  @Test
  void anotherFormatIsNotTakenForDamage() throws IOException {
    Path state = newest.resolve("state.json");
    String json = Files.readString(state).replace("\"format\" : 2", "\"format\" : 3");
    Files.writeString(state, json);
    Path manifest = newest.resolve("manifest.json");
    Files.writeString(
        manifest,
        Files.readString(manifest)
            .replaceAll(
                "(\"state.json\" : \\{\\s*\"sha256\" : \")[0-9a-f]+", "$1" + sha256(state)));

    assertThatThrownBy(store::latest)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("Unsupported format of checkpoint step-00000040: 3 (this version reads 2)");
  }

  @Test
  void damagedCheckpointsDoNotPushOutIntactOnes() throws IOException {
    for (long step : new long[] {50, 60, 70}) {
      store.save(CheckpointStates.at(step));
      Files.delete(root.resolve("step-000000" + step + "/manifest.json"));
    }
    store.save(CheckpointStates.at(80));

    assertThat(store.names()).contains("step-00000080", "step-00000040", "step-00000030");
  }

  private void assertSkipped(String damage) {
    Checkpoint found = store.latest().orElseThrow();
    assertThat(found.name()).isEqualTo("step-00000030");
    CheckpointStates.assertSame(found.state(), CheckpointStates.at(30));
    assertThat(found.skipped())
        .containsExactly(
            "Failed to read checkpoint step-00000040: " + damage + " (using step-00000030)");
  }

  private static String sha256(Path file) throws IOException {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
