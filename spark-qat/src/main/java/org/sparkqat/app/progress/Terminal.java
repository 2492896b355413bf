package org.sparkqat.app.progress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Finds out whether somebody watches stderr. */
final class Terminal {

  /** Where Linux tells what file descriptor 2 is; Java itself knows of stdin and stdout only. */
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /** {@code SPARK_QAT_PROGRESS=bar|lines} decides where the system does not tell. */
  static boolean stderrIsInteractive(Map<String, String> environment) {
    String wish = environment.getOrDefault("SPARK_QAT_PROGRESS", "");
    String term = environment.getOrDefault("TERM", "dumb");
    return wish.equals("bar") || (!wish.equals("lines") && !term.equals("dumb") && isTerminal());
  }

  private static boolean isTerminal() {
    try {
      String target = Files.isSymbolicLink(STDERR) ? Files.readSymbolicLink(STDERR).toString() : "";
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }
}
