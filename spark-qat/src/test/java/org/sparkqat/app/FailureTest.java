package org.sparkqat.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.sparkqat.data.InvalidDataException;
import org.sparkqat.training.TrainingDivergedException;

class FailureTest {

  @Test
  void aWrongArgumentOfOursIsWrongUsage() {
    assertThat(Failure.of(new IllegalArgumentException("Invalid model.name: 'x'")))
        .isEqualTo(new Failure(2, "Invalid model.name: 'x'"));
  }

  @Test
  void aMistakeInTheDataIsFoundBelowSparksOwnExceptions() {
    Exception data = new InvalidDataException("Invalid label: 11 (allowed: 0 to 9)");
    Exception spark = new SparkException("Job aborted due to stage failure\n\tat x", data);
    assertThat(Failure.of(new RuntimeException(spark)))
        .isEqualTo(new Failure(1, "Invalid label: 11 (allowed: 0 to 9)"));
  }

  @Test
  void aMessageOfOursThatSparkTurnedIntoTextIsFound() {
    Throwable spark =
        new SparkException(
            "Job aborted: Lost task 0.3 in stage 2.0 (TID 5) (host executor 1):"
                + " org.sparkqat.training.TrainingDivergedException: Cannot continue training:"
                + " loss is NaN at step 7\n\tat org.sparkqat.Somewhere",
            null);
    assertThat(Failure.of(spark))
        .isEqualTo(new Failure(1, "Cannot continue training: loss is NaN at step 7"));
  }

  @Test
  void aDivergedTrainingIsNoWrongUsage() {
    assertThat(Failure.of(TrainingDivergedException.ofLoss(Double.NaN, 7, "conv1")).exitCode())
        .isEqualTo(1);
  }

  @Test
  void whatFailedIsExplainedByItsCause() {
    assertThat(
            Failure.of(
                new UncheckedIOException("Failed to write x", new IOException("disk full\nmore"))))
        .isEqualTo(new Failure(1, "Failed to write x: disk full"));
  }

  @Test
  void aMessageAboutTheDataIsComplete() {
    assertThat(Failure.of(new InvalidDataException("Failed to read x", new IOException("why"))))
        .isEqualTo(new Failure(1, "Failed to read x"));
  }

  @Test
  void failuresOfFileSystemsAreSentences() {
    assertThat(Failure.of(foreign(new FileNotFoundException("File x does not exist"))).message())
        .isEqualTo("Cannot find file: File x does not exist");
    assertThat(Failure.of(foreign(new AccessControlException("Permission denied: x"))).message())
        .isEqualTo("Cannot access file: Permission denied: x (check its permissions)");
    assertThat(Failure.of(foreign(new OutOfMemoryError("Java heap space"))).message())
        .isEqualTo(
            "Failed to allocate memory: Java heap space (raise --driver-memory or"
                + " --executor-memory, or lower training.batch-size or --batch)");
  }

  @Test
  void whatNobodyForesawIsOneLineWithAHint() {
    assertThat(Failure.of(foreign(new IllegalStateException("odd\nlines"))))
        .isEqualTo(
            new Failure(
                1, "Failed: IllegalStateException: odd (run with --stacktrace for details)"));
  }

  @Test
  void aBugOfOursIsNoMessageForUsers() {
    assertThat(Failure.of(new IndexOutOfBoundsException("Index 3")).message())
        .isEqualTo(
            "Failed: IndexOutOfBoundsException: Index 3 (run with --stacktrace for details)");
  }

  /** The same exception as if a library had thrown it. */
  private static Throwable foreign(Throwable thrown) {
    thrown.setStackTrace(
        new StackTraceElement[] {new StackTraceElement("java.lang.Object", "call", null, 1)});
    return thrown;
  }
}
