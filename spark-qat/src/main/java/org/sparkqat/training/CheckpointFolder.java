package org.sparkqat.training;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.CheckpointManifest.Entry;

/**
 * One checkpoint as files: arrays as little-endian float32, the rest as JSON, and a manifest, which
 * is written last and without which nothing is believed.
 */
final class CheckpointFolder {

  private static final String PARAMETERS = "parameters.bin";
  private static final String STATISTICS = "statistics.bin";
  private static final String RANGES = "ranges.bin";
  private static final int LONGEST_MANIFEST = 1 << 20;

  /** Strict: a damaged file must not be read as another one. */
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

  /** The first thing that is read: the rest may have another form in another format. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Format(int format) {}

  private final ChecksummedFiles files;

  CheckpointFolder(FileSystem fileSystem, Path folder) {
    this.files = new ChecksummedFiles(fileSystem, folder);
  }

  /** Writes a whole checkpoint into the empty folder. */
  void write(TrainingState state, CheckpointDescription description) throws IOException {
    SortedMap<String, Entry> entries = new TreeMap<>();
    entries.put(PARAMETERS, files.writeFloats(PARAMETERS, state.parameters()));
    for (int i = 0; i < state.slots().length; i++) {
      entries.put(slot(i), files.writeFloats(slot(i), state.slots()[i]));
    }
    entries.put(STATISTICS, files.writeFloats(STATISTICS, state.statistics()));
    entries.put(RANGES, files.writeFloats(RANGES, state.ranges().flat()));
    for (Map.Entry<String, float[]> each : state.memory().arrays().entrySet()) {
      String name = memory(each.getKey());
      entries.put(name, files.writeFloats(name, each.getValue()));
    }
    byte[] json = JSON.writeValueAsBytes(description);
    entries.put(CheckpointDescription.FILE, files.writeBytes(CheckpointDescription.FILE, json));
    byte[] manifest = JSON.writeValueAsBytes(new CheckpointManifest(entries));
    files.writeBytes(CheckpointManifest.FILE, manifest);
  }

  /** Everything but the arrays, verified. */
  CheckpointDescription describe() throws DamagedCheckpointException {
    String file = CheckpointDescription.FILE;
    byte[] json = files.readBytes(file, manifest().entry(file));
    int format = parse(file, json, Format.class).format();
    if (format != CheckpointDescription.FORMAT) {
      throw new UnsupportedOperationException(
          "Unsupported format of checkpoint %s: %d (this version reads %d)"
              .formatted(files.folder().getName(), format, CheckpointDescription.FORMAT));
    }
    return parse(file, json, CheckpointDescription.class);
  }

  /** The whole state, verified. */
  TrainingState read(CheckpointDescription description) throws DamagedCheckpointException {
    CheckpointManifest manifest = manifest();
    float[][] slots = new float[description.slots()][];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = files.readFloats(slot(i), manifest.entry(slot(i)));
    }
    StageMemory memory = StageMemory.NONE.quietSteps(description.quietSteps());
    for (String kind : description.memory()) {
      memory = memory.with(kind, files.readFloats(memory(kind), manifest.entry(memory(kind))));
    }
    return new TrainingState(
        description.position(),
        files.readFloats(PARAMETERS, manifest.entry(PARAMETERS)),
        slots,
        files.readFloats(STATISTICS, manifest.entry(STATISTICS)),
        Ranges.ofFlat(files.readFloats(RANGES, manifest.entry(RANGES))),
        description.observations(),
        description.results(),
        memory);
  }

  private CheckpointManifest manifest() throws DamagedCheckpointException {
    byte[] json = files.readUnproven(CheckpointManifest.FILE, LONGEST_MANIFEST);
    return parse(CheckpointManifest.FILE, json, CheckpointManifest.class);
  }

  private static <T> T parse(String file, byte[] json, Class<T> type)
      throws DamagedCheckpointException {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new DamagedCheckpointException(file + " is not valid: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new DamagedCheckpointException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static String memory(String kind) {
    return "memory-" + kind + ".bin";
  }

  private static String slot(int index) {
    return "slots-" + index + ".bin";
  }
}
