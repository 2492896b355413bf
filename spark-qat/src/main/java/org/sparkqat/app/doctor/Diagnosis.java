package org.sparkqat.app.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkqat.app.report.TextTable;
import org.sparkqat.app.report.TextTable.Side;

/** The findings of all checks, in their order. */
public final class Diagnosis {

  private static final int WIDTH = 96;

  private final Map<String, Finding> findings = new LinkedHashMap<>();

  Diagnosis add(String check, Finding finding) {
    findings.put(check, finding);
    return this;
  }

  Map<String, Finding> findings() {
    return findings;
  }

  /** True when no check fails: the job can start. */
  public boolean isHealthy() {
    return findings.values().stream().noneMatch(each -> each.status() == Status.FAIL);
  }

  /** A table, with the remedy below each finding that has one. */
  public String text() {
    TextTable table = new TextTable(List.of(Side.LEFT, Side.LEFT, Side.LEFT));
    table.row("check", "result", "what was found").rule();
    findings.forEach(
        (name, finding) -> {
          List<String> lines = new ArrayList<>(wrapped(finding.detail(), ""));
          if (!finding.remedy().isEmpty()) {
            lines.addAll(wrapped("-> " + finding.remedy(), "   "));
          }
          table.row(name, finding.status().text(), lines.get(0));
          lines.stream().skip(1).forEach(line -> table.row("", "", line));
        });
    return table + "\n" + verdict() + "\n";
  }

  private String verdict() {
    long fails = count(Status.FAIL);
    long warnings = count(Status.WARNING);
    String warned = warnings == 0 ? "" : ", %d warning%s".formatted(warnings, plural(warnings));
    return fails == 0
        ? "The job can run" + warned + "."
        : "The job would fail: %d failed check%s%s.".formatted(fails, plural(fails), warned);
  }

  private long count(Status status) {
    return findings.values().stream().filter(each -> each.status() == status).count();
  }

  private static String plural(long count) {
    return count == 1 ? "" : "s";
  }

  private static List<String> wrapped(String text, String indent) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.strip().split(" +", -1)) {
      if (line.length() > 0 && line.length() + 1 + word.length() > WIDTH) {
        lines.add(line.toString());
        line = new StringBuilder(indent);
      } else if (line.length() > 0) {
        line.append(' ');
      }
      line.append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Everything as JSON values. */
  public Map<String, Object> json() {
    List<Map<String, Object>> checks = new ArrayList<>();
    findings.forEach(
        (name, finding) -> {
          Map<String, Object> check = new LinkedHashMap<>();
          check.put("check", name);
          check.put("result", finding.status().text());
          check.put("found", finding.detail());
          check.put("remedy", finding.remedy());
          check.put("figures", finding.figures());
          checks.add(check);
        });
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("healthy", isHealthy());
    json.put("checks", checks);
    return json;
  }
}
