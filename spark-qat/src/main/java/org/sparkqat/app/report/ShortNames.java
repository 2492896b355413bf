package org.sparkqat.app.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Short names of long texts of a column: the first word of each, with a number where another text
 * has the same one.
 */
final class ShortNames {

  private final Map<String, String> names = new LinkedHashMap<>();
  private final Map<String, Integer> uses = new LinkedHashMap<>();

  /** Names in the order of the texts; one without a second word is its own name. */
  ShortNames(List<String> texts) {
    for (String text : texts) {
      if (text.indexOf(' ') > 0 && !names.containsKey(text)) {
        String word = text.substring(0, text.indexOf(' '));
        int use = uses.merge(word, 1, Integer::sum);
        names.put(text, use == 1 ? word : word + "-" + use);
      }
    }
  }

  String of(String text) {
    return names.getOrDefault(text, text);
  }

  /** Each name, and what it is short for beyond it. */
  List<List<String>> legend() {
    List<List<String>> lines = new ArrayList<>();
    Set<Map.Entry<String, String>> entries = names.entrySet();
    entries.forEach(
        each ->
            lines.add(
                List.of(each.getValue(), each.getKey().substring(each.getKey().indexOf(' ') + 1))));
    return lines;
  }
}
