package org.sparkqat.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.sparkqat.app.config.ConfigurationText;

/**
 * The files of one configuration, which are merged in their order.
 *
 * @param paths as the user gave them; none: all keys are overrides
 */
record ConfigurationFiles(List<String> paths) {

  ConfigurationFiles {
    paths = List.copyOf(paths);
  }

  /** Reads and checks the files. */
  ConfigurationText read(List<String> overrides, Configuration hadoop) throws IOException {
    List<ConfigurationText.Source> sources = new ArrayList<>();
    if (paths.isEmpty()) {
      sources.add(new ConfigurationText.Source("settings", ""));
    }
    for (String path : paths) {
      sources.add(new ConfigurationText.Source(path, new ConfigurationFile(path).text(hadoop)));
    }
    return ConfigurationText.read(sources, overrides);
  }

  /** The same with absolute paths, as {@link InputPaths}. */
  ConfigurationText resolved(List<String> overrides, Configuration hadoop) throws IOException {
    return new InputPaths(projectFolders(), hadoop)
        .resolve(String.join(", ", paths), read(overrides, hadoop));
  }

  private List<Path> projectFolders() {
    return paths.stream()
        .flatMap(path -> new ConfigurationFile(path).projectFolder().stream())
        .distinct()
        .toList();
  }
}
