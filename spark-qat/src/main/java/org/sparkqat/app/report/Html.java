package org.sparkqat.app.report;

import java.util.List;

/** Pieces of HTML; every text goes through {@link #escape}. */
final class Html {

  private Html() {}

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** A table whose columns named in {@code numbers} are set to the right. */
  static String table(List<String> headings, List<Integer> numbers, List<List<String>> rows) {
    StringBuilder html = new StringBuilder("<div class=\"wide\"><table>\n<thead>");
    html.append(row("th", headings, numbers)).append("</thead>\n<tbody>\n");
    rows.forEach(row -> html.append(row("td", row, numbers)));
    return html.append("</tbody>\n</table></div>\n").toString();
  }

  private static String row(String element, List<String> cells, List<Integer> numbers) {
    StringBuilder html = new StringBuilder("<tr>");
    for (int i = 0; i < cells.size(); i++) {
      html.append('<')
          .append(element)
          .append(numbers.contains(i) ? " class=\"n\">" : ">")
          .append(escape(cells.get(i)))
          .append("</")
          .append(element)
          .append('>');
    }
    return html.append("</tr>\n").toString();
  }
}
