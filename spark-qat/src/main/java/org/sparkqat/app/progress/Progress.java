package org.sparkqat.app.progress;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Shows how far a job is. Used by one thread. */
public final class Progress implements AutoCloseable {

  private static final int BAR = 16;
  private static final int WIDTH = 79;

  /** How a progress is shown. */
  public enum Style {
    /** One line that is written again and again, at most ten times a second. */
    BAR(TimeUnit.MILLISECONDS.toNanos(100)),
    /** A line at most once a second. */
    LINES(TimeUnit.SECONDS.toNanos(1));

    private final long interval;

    Style(long interval) {
      this.interval = interval;
    }
  }

  private final PrintStream out;
  private final Style style;
  private final LongSupplier clock;
  private final String unit;
  private final Pace pace;
  private long shownAt;
  private int shownWidth;

  /**
   * Starts the clock.
   *
   * @param unit what an example is called, e.g. {@code img}
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  public Progress(PrintStream out, Style style, String unit, LongSupplier clock) {
    this.out = out;
    this.style = style;
    this.clock = clock;
    this.unit = unit;
    this.pace = new Pace(clock.getAsLong());
    this.shownAt = clock.getAsLong() - style.interval;
  }

  /** Progress on stderr: a bar when it is a terminal. */
  public static Progress onStderr(String unit) {
    Style style = Terminal.stderrIsInteractive(System.getenv()) ? Style.BAR : Style.LINES;
    return new Progress(System.err, style, unit, System::nanoTime);
  }

  /** Notes a step, and shows it when the last one shown is old enough. */
  public void step(Update update) {
    long now = clock.getAsLong();
    pace.step(update, now);
    boolean endsLine = style == Style.BAR && update.endsEpoch();
    if (now - shownAt >= style.interval || endsLine) {
      shownAt = now;
      show(update);
    }
  }

  /** Prints a line of its own. */
  public void message(String text) {
    wipe();
    out.println(text);
    out.flush();
  }

  /** Leaves the terminal in order. */
  @Override
  public void close() {
    if (shownWidth > 0) {
      out.println();
      out.flush();
      shownWidth = 0;
    }
  }

  private void show(Update update) {
    String line = style == Style.BAR ? bar(update) : line(update);
    if (style == Style.LINES) {
      out.println(line);
    } else {
      String cut = line.length() > WIDTH ? line.substring(0, WIDTH) : line;
      out.print("\r" + cut + " ".repeat(Math.max(0, shownWidth - cut.length())));
      shownWidth = cut.length();
      if (update.endsEpoch()) {
        close();
      }
    }
    out.flush();
  }

  private void wipe() {
    if (shownWidth > 0) {
      out.print("\r" + " ".repeat(shownWidth) + "\r");
      shownWidth = 0;
    }
  }

  private String bar(Update update) {
    int filled = (int) ((long) BAR * update.step() / update.steps());
    String bar =
        filled == BAR ? "=".repeat(BAR) : "=".repeat(filled) + ">" + " ".repeat(BAR - 1 - filled);
    return String.format(
        Locale.ROOT,
        "%s %d/%d [%s] %3d%%  %s",
        update.phase(),
        update.epoch(),
        update.epochs(),
        bar,
        percent(update),
        figures(update));
  }

  private String line(Update update) {
    return String.format(
        Locale.ROOT,
        "%s %d/%d  step %d/%d (%d%%)  %s",
        update.phase(),
        update.epoch(),
        update.epochs(),
        update.step(),
        update.steps(),
        percent(update),
        figures(update));
  }

  private String figures(Update update) {
    return String.format(
        Locale.ROOT,
        "%,.0f %s/s  %sleft %s",
        pace.examplesPerSecond(),
        unit,
        Double.isNaN(update.loss()) ? "" : "loss " + loss(update.loss()) + "  ",
        duration(pace.secondsFor(update.stepsLeft())));
  }

  private static long percent(Update update) {
    return 100L * update.step() / update.steps();
  }

  private static String loss(double loss) {
    boolean plain = loss == 0 || (Math.abs(loss) >= 1e-3 && Math.abs(loss) < 1e4);
    return String.format(Locale.ROOT, plain ? "%.3f" : "%.2e", loss);
  }

  /** {@code m:ss}, or {@code h:mm:ss} from an hour on. */
  static String duration(long seconds) {
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
