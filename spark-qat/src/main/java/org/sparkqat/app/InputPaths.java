package org.sparkqat.app;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkqat.app.config.ConfigurationText;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.config.ValidationConfiguration;
import org.sparkqat.data.DataSource;

/**
 * Makes the paths of a configuration absolute, so that the configuration in the output folder
 * serves from anywhere. A relative input path counts from the current directory, or, when that does
 * not have it, from the first project folder of the configuration files that has it; an output path
 * always counts from the current directory.
 */
final class InputPaths {

  private final List<java.nio.file.Path> projectFolders;
  private final Configuration hadoop;

  InputPaths(List<java.nio.file.Path> projectFolders, Configuration hadoop) {
    this.projectFolders = projectFolders;
    this.hadoop = hadoop;
  }

  ConfigurationText resolve(String source, ConfigurationText text) throws IOException {
    JobConfiguration job = text.job();
    List<String> overrides = new ArrayList<>();
    overrides.add(override("data.train.path", input(job.data().train().path())));
    overrides.add(override("data.test.path", input(job.data().test().path())));
    Optional<DataSource> validation =
        job.data().validation().flatMap(ValidationConfiguration::rows);
    if (validation.isPresent()) {
      overrides.add(override("data.validation.path", input(validation.get().path())));
    }
    overrides.add(override("output.path", qualified(new Path(job.output().path()))));
    if (job.model().weights().isPresent()) {
      overrides.add(override("model.weights", input(job.model().weights().get())));
    }
    if (job.training().distillation().isPresent()) {
      String teacher = job.training().distillation().get().teacher();
      overrides.add(override("training.distillation.teacher", input(teacher)));
    }
    return ConfigurationText.read(source, text.resolved(), overrides);
  }

  private static String override(String key, String path) {
    return key + "='" + path.replace("'", "''") + "'";
  }

  private String input(String path) throws IOException {
    Path given = new Path(path);
    boolean relative = given.toUri().getScheme() == null && !given.isAbsolute();
    if (!relative || projectFolders.isEmpty() || exists(given)) {
      return qualified(given);
    }
    for (java.nio.file.Path folder : projectFolders) {
      Path other = new Path(new Path(folder.toUri()), given);
      if (exists(other)) {
        return qualified(other);
      }
    }
    return path;
  }

  private String qualified(Path path) throws IOException {
    FileSystem files = path.getFileSystem(hadoop);
    return files.makeQualified(path).toString();
  }

  private boolean exists(Path path) throws IOException {
    var found = path.getFileSystem(hadoop).globStatus(path);
    return found != null && found.length > 0;
  }
}
