import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.util.Collection;
import java.util.Map;

/**
 * Prints the schema of a request as the classes of an official client describe it, as deep as an example goes:
 * objects that the example does not have are not described.
 *
 * <pre>
 *   java -cp 'databricks-sdk-java-0.141.0.jar:jackson-databind-2.20.0.jar:...' ClassSchema.java \
 *     com.databricks.sdk.service.jobs.CreateJob job.json > ../../resources/submit/databricks-job.schema.json
 *   java -cp 'kubernetes-model-{core,batch,rbac,common}-7.4.0.jar:...' ClassSchema.java \
 *     io.fabric8.kubernetes.api.model.batch.v1.CronJob cronjob.json > .../kubernetes-CronJob.schema.json
 * </pre>
 */
public final class ClassSchema {

  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    JavaType type = JSON.constructType(Class.forName(arguments[0]));
    ObjectNode schema = JSON.createObjectNode();
    File jar = new File(type.getRawClass().getProtectionDomain().getCodeSource().getLocation().toURI());
    schema.put("madeWith", "ClassSchema.java, " + type.getRawClass().getName() + " of " + jar.getName());
    schema.setAll(of(type, JSON.readTree(new File(arguments[1]))));
    System.out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema));
  }

  private static ObjectNode of(JavaType type, JsonNode example) throws Exception {
    ObjectNode schema = JSON.createObjectNode();
    Class<?> raw = type.getRawClass();
    if (raw.isEnum()) {
      schema.put("type", "string");
      for (Object constant : raw.getEnumConstants()) {
        schema.withArray("enum").add(JSON.valueToTree(constant));
      }
    } else if (raw == String.class) {
      schema.put("type", "string");
    } else if (raw == Boolean.class || raw == boolean.class) {
      schema.put("type", "boolean");
    } else if (raw == Integer.class || raw == Long.class || raw == int.class || raw == long.class) {
      schema.put("type", "integer");
    } else if (Number.class.isAssignableFrom(raw)) {
      schema.put("type", "number");
    } else if (raw.getSimpleName().equals("Quantity") || raw.getSimpleName().equals("IntOrString")) {
      schema.put("type", "scalar");
    } else if (Collection.class.isAssignableFrom(raw)) {
      schema.put("type", "array").set("items", of(type.getContentType(), merged(example)));
    } else if (Map.class.isAssignableFrom(raw)) {
      schema.put("type", "object").set("additionalProperties", of(type.getContentType(), merged(example)));
    } else if (example == null) {
      schema.put("type", "object");
    } else {
      schema.put("type", "object");
      ObjectNode properties = schema.putObject("properties");
      BeanDescription bean = JSON.getSerializationConfig().introspect(type);
      for (BeanPropertyDefinition property : bean.findProperties()) {
        if (property.getPrimaryType() != null && !property.getName().equals("additionalProperties")) {
          properties.set(property.getName(), of(property.getPrimaryType(), example.get(property.getName())));
        }
      }
    }
    return schema;
  }

  /** One example for all the items of a list or a map: their fields together. */
  private static JsonNode merged(JsonNode examples) {
    if (examples == null || examples.isEmpty() || !examples.elements().next().isObject()) {
      return null;
    }
    ObjectNode merged = JSON.createObjectNode();
    examples.elements().forEachRemaining(item -> {
      if (item instanceof ObjectNode object) {
        object.fields().forEachRemaining(field -> merge(merged, field.getKey(), field.getValue()));
      }
    });
    return merged;
  }

  private static void merge(ObjectNode into, String name, JsonNode value) {
    if (into.get(name) instanceof ObjectNode known && value instanceof ObjectNode more) {
      more.fields().forEachRemaining(field -> merge(known, field.getKey(), field.getValue()));
    } else {
      into.set(name, value.deepCopy());
    }
  }
}
