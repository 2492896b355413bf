package org.sparkqat.app.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON as this project writes it: numbers that JSON does not have become null. */
public final class Json {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** One line, without a line feed. */
  public static String line(Map<String, ?> values) {
    return write(MAPPER, values);
  }

  /** Indented, ending with a line feed. */
  public static String document(Map<String, ?> values) {
    return write(MAPPER.copy().enable(SerializationFeature.INDENT_OUTPUT), values) + "\n";
  }

  /** The object of a line; empty when the line holds none, as the end of a file cut short. */
  @SuppressWarnings("unchecked")
  public static Optional<Map<String, @Nullable Object>> parse(String line) {
    try {
      return Optional.ofNullable(MAPPER.readValue(line, LinkedHashMap.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static String write(ObjectMapper mapper, Map<String, ?> values) {
    Map<String, @Nullable Object> finite = new LinkedHashMap<>();
    values.forEach((key, value) -> finite.put(key, finite(value)));
    try {
      return mapper.writeValueAsString(finite);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Invalid JSON values: " + e.getOriginalMessage(), e);
    }
  }

  private static @Nullable Object finite(@Nullable Object value) {
    return value instanceof Number number && !Double.isFinite(number.doubleValue()) ? null : value;
  }
}
