package org.sparkqat.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program: one command line, whose exit code is that of the driver. */
@Command(
    name = "spark-qat",
    description = "Trains quantized networks on Apache Spark.",
    mixinStandardHelpOptions = true,
    subcommands = {
      TrainCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      ExportCommand.class,
      InspectCommand.class,
      ImportCommand.class,
      GenerateCommand.class,
      BenchmarkCommand.class,
      DoctorCommand.class,
      SensitivityCommand.class,
      MixedPrecisionCommand.class
    },
    versionProvider = Version.class)
public final class Main {

  @Option(
      names = FailureHandler.STACKTRACE,
      scope = ScopeType.INHERIT,
      description = "Show where in the program a failure happened.")
  private boolean stacktrace;

  private Main() {}

  boolean showsStacktrace() {
    return stacktrace;
  }

  /**
   * Ends the process with the exit code unless that is 0: where the cluster runs the driver (YARN,
   * Databricks), even exit(0) counts as a failure. A process that is another's never ends here.
   */
  public static void main(String[] args) {
    boolean guest = Sessions.isGuest();
    int exitCode = run(args);
    if (exitCode == CommandLine.ExitCode.OK) {
      return;
    }
    if (guest) {
      throw new IllegalStateException(
          "Failed to run spark-qat: exit code " + exitCode + " (its message is on stderr)");
    }
    System.exit(exitCode);
  }

  /** Runs one command: 0 on success, 2 on wrong usage or configuration, 1 on anything else. */
  static int run(String... args) {
    try {
      return run(commandLine(), args);
    } catch (NoClassDefFoundError e) {
      System.err.println(
          "spark-qat: Cannot start: class %s is missing (submit with spark-submit of Spark 3.5 or 4; where spark.remote or SPARK_REMOTE is set, it has Spark Connect only, without the SparkContext that training needs)"
              .formatted(e.getMessage()));
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  static int run(CommandLine commandLine, String... args) {
    if (args.length == 0) {
      commandLine.usage(commandLine.getErr());
      return CommandLine.ExitCode.USAGE;
    }
    try {
      return commandLine.execute(args);
    } catch (Throwable e) {
      // Errors too: a user who runs out of memory deserves a sentence.
      return FailureHandler.report(e, commandLine);
    }
  }

  static CommandLine commandLine() {
    FailureHandler handler = new FailureHandler();
    return new CommandLine(new Main())
        .setExecutionExceptionHandler(handler)
        .setParameterExceptionHandler(handler)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }
}
