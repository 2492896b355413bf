package org.sparkqat.app.report;

import java.util.ArrayList;
import java.util.List;

/** A table in plain text: columns are as wide as their widest cell, numbers to the right. */
public final class TextTable {

  /** Which side of its column a cell is set to. */
  public enum Side {
    LEFT,
    RIGHT
  }

  private final List<Side> sides;
  private final List<List<String>> rows = new ArrayList<>();

  public TextTable(List<Side> sides) {
    this.sides = List.copyOf(sides);
  }

  public TextTable row(String... cells) {
    if (cells.length != sides.size()) {
      throw new IllegalArgumentException(
          "Invalid row: %d cells (the table has %d columns)".formatted(cells.length, sides.size()));
    }
    rows.add(List.of(cells));
    return this;
  }

  /** A line across the table. */
  public TextTable rule() {
    rows.add(List.of());
    return this;
  }

  @Override
  public String toString() {
    int[] widths = new int[sides.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      text.append(line(row, widths).stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private String line(List<String> row, int[] widths) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < widths.length; i++) {
      if (row.isEmpty()) {
        cells.add("-".repeat(widths[i]));
      } else {
        String fill = " ".repeat(widths[i] - row.get(i).length());
        cells.add(sides.get(i) == Side.LEFT ? row.get(i) + fill : fill + row.get(i));
      }
    }
    return String.join("  ", cells);
  }
}
