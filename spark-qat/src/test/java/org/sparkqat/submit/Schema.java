package org.sparkqat.submit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a platform's client accepts, as {@code src/test/golden/submit} has read it from that client:
 * the fields, their types, and which of them must be there.
 */
final class Schema {

  private final JsonNode root;

  private Schema(JsonNode root) {
    this.root = root;
  }

  static Schema of(String name) throws IOException {
    String resource = "/submit/" + name + ".schema.json";
    try (InputStream in = Schema.class.getResourceAsStream(resource)) {
      return new Schema(new ObjectMapper().readTree(Objects.requireNonNull(in, resource)));
    }
  }

  /** What is wrong with a value; empty when the client accepts it. */
  List<String> faults(JsonNode value) {
    List<String> faults = new ArrayList<>();
    check("", root, value, faults);
    return faults;
  }

  private static void check(String path, JsonNode schema, JsonNode value, List<String> faults) {
    String type = schema.get("type").asText();
    if (!isOf(type, value)) {
      faults.add(path + ": " + value + " (must be of type " + type + ")");
      return;
    }
    switch (type) {
      case "object" -> checkObject(path, schema, value, faults);
      case "array" -> {
        for (int i = 0; i < value.size(); i++) {
          check(path + "[" + i + "]", schema.get("items"), value.get(i), faults);
        }
      }
      default -> checkScalar(path, schema, value, faults);
    }
  }

  private static void checkObject(
      String path, JsonNode schema, JsonNode value, List<String> faults) {
    JsonNode properties = schema.get("properties");
    JsonNode others = schema.get("additionalProperties");
    value
        .properties()
        .forEach(
            field -> {
              String name = path + "." + field.getKey();
              if (properties != null && properties.has(field.getKey())) {
                check(name, properties.get(field.getKey()), field.getValue(), faults);
              } else if (others != null) {
                check(name, others, field.getValue(), faults);
              } else {
                faults.add(name + ": unknown field, or one that the schema does not follow");
              }
            });
    for (JsonNode required : schema.path("required")) {
      if (!value.has(required.asText())) {
        faults.add(path + "." + required.asText() + ": missing");
      }
    }
  }

  private static void checkScalar(
      String path, JsonNode schema, JsonNode value, List<String> faults) {
    String text = value.asText();
    double size = value.isTextual() ? text.length() : value.asDouble();
    if (size < schema.path("min").asDouble(size) || size > schema.path("max").asDouble(size)) {
      faults.add(path + ": " + value + " (out of range)");
    }
    if (schema.has("pattern") && !text.matches(schema.get("pattern").asText())) {
      faults.add(path + ": " + value + " (must match " + schema.get("pattern").asText() + ")");
    }
    if (schema.has("enum")) {
      List<String> allowed = new ArrayList<>();
      schema.get("enum").forEach(constant -> allowed.add(constant.asText()));
      if (!allowed.contains(text)) {
        faults.add(path + ": " + value + " (allowed: " + allowed + ")");
      }
    }
  }

  private static boolean isOf(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "boolean" -> value.isBoolean();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "scalar" -> value.isValueNode();
      default -> throw new IllegalArgumentException("Unknown type in a schema: " + type);
    };
  }
}
