package org.sparkqat.distributed.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Maps to JSON bytes and back. */
public final class Json {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  public static byte[] write(Map<String, Object> map) {
    try {
      return MAPPER.writeValueAsBytes(map);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Invalid description: " + e.getMessage(), e);
    }
  }

  public static Map<String, Object> read(byte[] bytes) {
    try {
      return MAPPER.readValue(bytes, new TypeReference<Map<String, Object>>() {});
    } catch (IOException e) {
      throw new IllegalArgumentException("Invalid description: " + e.getMessage(), e);
    }
  }

  /** The value of a key that must be there, of the type that was written. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public static <T> T value(Map<String, Object> map, String key) {
    Object value = map.get(key);
    if (value == null) {
      throw new IllegalArgumentException("Invalid description: no '" + key + "'");
    }
    return (T) value;
  }

  public static List<Number> numbers(Map<String, Object> map, String key) {
    return value(map, key);
  }

  public static float[] floats(Map<String, Object> map, String key) {
    List<Number> numbers = numbers(map, key);
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = numbers.get(i).floatValue();
    }
    return floats;
  }
}
