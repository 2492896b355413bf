package org.sparkqat.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sparkqat.app.config.InvalidConfigurationException;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.StartMode;
import org.sparkqat.app.output.Summary;

/**
 * A training job from Java: what the command {@code train} does, with every key of the
 * configuration reference, presets and the choice of bits included.
 *
 * <pre>{@code
 * Summary summary =
 *     QatJob.configured("conf/digits.yaml")
 *         .set("quantization.preset", "w4a4-lsq")
 *         .set("output.path", "hdfs:///models/digits")
 *         .train();
 * }</pre>
 *
 * <p>It runs on the Spark session of this process, and leaves it as it is; without one it starts
 * its own as {@code spark-submit} says, and stops it at the end. The bits of the result are those
 * of the command with the same files and settings. Progress goes to stderr. A job is immutable.
 */
public final class QatJob {

  private final ConfigurationFiles files;
  private final List<String> settings;

  private QatJob(ConfigurationFiles files, List<String> settings) {
    this.files = files;
    this.settings = List.copyOf(settings);
  }

  /**
   * A job of configuration files, local or on a Hadoop file system: groups of the files are merged
   * key by key, any other value of a later file wins. Without a file all keys are {@linkplain #set
   * set}.
   */
  public static QatJob configured(String... files) {
    return new QatJob(new ConfigurationFiles(List.of(files)), List.of());
  }

  /**
   * The same job where a key has another value.
   *
   * @param key its path, e.g. {@code training.seed}; a number selects an item of a list
   * @param value YAML, e.g. {@code 7} or {@code [1, 28, 28]}
   */
  public QatJob set(String key, String value) {
    List<String> more = new ArrayList<>(settings);
    more.add(key + "=" + value);
    return new QatJob(files, more);
  }

  /**
   * What the files and settings say, with every default.
   *
   * @throws InvalidConfigurationException with all their mistakes
   */
  public JobConfiguration configuration() throws IOException {
    return files.read(settings, Sessions.hadoop()).job();
  }

  /**
   * Trains, and writes the output folder.
   *
   * @throws InvalidConfigurationException with all mistakes of files and settings, before anything
   *     runs
   * @throws IllegalArgumentException if the output folder has a run, or a file is missing
   */
  public Summary train() throws IOException {
    return run(new StartMode.Fresh());
  }

  /** The same, replacing the run that the output folder has. */
  public Summary overwrite() throws IOException {
    return run(new StartMode.Overwrite());
  }

  /**
   * Goes on from the latest complete checkpoint of the output folder; without one the run starts
   * from the beginning.
   */
  public Summary resume() throws IOException {
    return run(new StartMode.Resume(Optional.empty()));
  }

  private Summary run(StartMode mode) throws IOException {
    return TrainingJob.prepare(files, settings, mode, new PrintWriter(Writer.nullWriter()))
        .execute();
  }
}
