package org.sparkqat.app;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints what went wrong on stderr, without a stack trace unless it is asked for. */
final class FailureHandler implements IExecutionExceptionHandler, IParameterExceptionHandler {

  static final String STACKTRACE = "--stacktrace";

  @Override
  public int handleExecutionException(
      Exception exception, CommandLine commandLine, @Nullable ParseResult parsed) {
    return report(exception, commandLine);
  }

  @Override
  public int handleParseException(ParameterException exception, String[] arguments) {
    CommandLine commandLine = exception.getCommandLine();
    PrintWriter err = commandLine.getErr();
    err.println("spark-qat: " + exception.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(exception, err)) {
      err.println(
          "Try '%s --help' for its options."
              .formatted(commandLine.getCommandSpec().qualifiedName()));
    }
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  /** Prints the failure and returns the exit code. */
  static int report(Throwable thrown, CommandLine commandLine) {
    PrintWriter err = commandLine.getErr();
    Failure failure = Failure.of(thrown);
    err.println("spark-qat: " + failure.message());
    if (commandLine.getCommandSpec().root().userObject() instanceof Main main
        && main.showsStacktrace()) {
      thrown.printStackTrace(err);
    }
    err.flush();
    return failure.exitCode();
  }
}
