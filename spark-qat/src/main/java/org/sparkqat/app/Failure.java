package org.sparkqat.app;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.sparkqat.app.config.InvalidConfigurationException;
import org.sparkqat.data.InvalidDataException;
import picocli.CommandLine.ExitCode;

/**
 * What a user is told about an exception: the one place where exceptions become words.
 *
 * @param exitCode 2 for wrong usage or configuration, 1 for anything else
 */
record Failure(int exitCode, String message) {

  private static final String OURS = "org.sparkqat.";

  /** An exception of ours that an executor could only send as text. */
  private static final Pattern OURS_AS_TEXT =
      Pattern.compile("org\\.sparkqat\\.[\\w.$]+(?:Exception|Error): ([^\n]+)");

  /** What this project throws with a message for users; any other exception is a bug. */
  private static final Set<String> OUR_WORDS =
      Set.of(
          IllegalArgumentException.class.getName(),
          IllegalStateException.class.getName(),
          UnsupportedOperationException.class.getName(),
          IOException.class.getName(),
          UncheckedIOException.class.getName());

  private static final String HINT = " (run with --stacktrace for details)";

  /** Finds the exception that says best what went wrong among the given one and its causes. */
  static Failure of(Throwable thrown) {
    List<Throwable> chain = chain(thrown);
    for (Throwable cause : chain) {
      if (cause instanceof InvalidConfigurationException || cause instanceof WrongUsageException) {
        return new Failure(ExitCode.USAGE, text(cause));
      }
    }
    for (Throwable cause : chain) {
      if (isOurs(cause) && cause.getMessage() != null) {
        boolean usage = cause == thrown && cause.getClass() == IllegalArgumentException.class;
        return new Failure(usage ? ExitCode.USAGE : ExitCode.SOFTWARE, explained(cause));
      }
    }
    return new Failure(ExitCode.SOFTWARE, foreign(chain));
  }

  private static List<Throwable> chain(Throwable thrown) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> chain = new ArrayList<>();
    for (Throwable at = thrown; at != null && seen.add(at); at = at.getCause()) {
      chain.add(at);
    }
    return chain;
  }

  /** True when this project threw it: its message is written for users. */
  private static boolean isOurs(Throwable thrown) {
    String name = thrown.getClass().getName();
    if (name.startsWith(OURS)) {
      return true;
    }
    StackTraceElement[] trace = thrown.getStackTrace();
    boolean thrownByUs = trace.length > 0 && trace[0].getClassName().startsWith(OURS);
    return thrownByUs && OUR_WORDS.contains(name);
  }

  /** Our message, and the reason behind it when it only says what failed. */
  private static String explained(Throwable thrown) {
    String message = text(thrown);
    Throwable cause = thrown.getCause();
    boolean complete = thrown instanceof InvalidDataException || !message.startsWith("Failed to");
    if (cause == null || cause.getMessage() == null || complete) {
      return message;
    }
    String reason = firstLine(cause.getMessage());
    return message.contains(reason) ? message : message + ": " + reason;
  }

  private static String foreign(List<Throwable> chain) {
    for (Throwable cause : chain) {
      if (cause instanceof OutOfMemoryError) {
        return "Failed to allocate memory: "
            + cause.getMessage()
            + " (raise --driver-memory or --executor-memory, or lower training.batch-size or --batch)";
      }
      if (cause instanceof FileNotFoundException || cause instanceof NoSuchFileException) {
        return "Cannot find file: " + firstLine(text(cause));
      }
      if (cause instanceof AccessControlException
          || cause instanceof java.nio.file.AccessDeniedException) {
        return "Cannot access file: " + firstLine(text(cause)) + " (check its permissions)";
      }
      if (cause instanceof UnsupportedFileSystemException) {
        return "Unsupported path: " + firstLine(text(cause)) + " (is its connector on --jars?)";
      }
      if (cause instanceof UnknownHostException || cause instanceof ConnectException) {
        return "Failed to connect: " + firstLine(text(cause));
      }
    }
    Matcher ours = OURS_AS_TEXT.matcher(text(chain.get(0)));
    if (ours.find()) {
      return ours.group(1).strip();
    }
    Throwable innermost = chain.get(chain.size() - 1);
    String kind =
        innermost instanceof IOException ? "" : innermost.getClass().getSimpleName() + ": ";
    return "Failed: " + kind + firstLine(text(innermost)) + HINT;
  }

  private static String text(Throwable thrown) {
    return thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
  }

  private static String firstLine(String text) {
    return text.strip().lines().findFirst().orElse("").strip();
  }
}
