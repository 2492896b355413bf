package org.sparkqat.distributed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;

/** Maps to JSON bytes and back. */
final class Json {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static byte[] write(Map<String, Object> map) {
    try {
      return MAPPER.writeValueAsBytes(map);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Invalid description: " + e.getMessage(), e);
    }
  }

  static Map<String, Object> read(byte[] bytes) {
    try {
      return MAPPER.readValue(bytes, new TypeReference<Map<String, Object>>() {});
    } catch (IOException e) {
      throw new IllegalArgumentException("Invalid description: " + e.getMessage(), e);
    }
  }
}
