package org.sparkqat.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** Tries whether Spark's serializer carries what a training sends, with the settings of a job. */
public final class SerializerSelfTest {

  private static final ExampleLayout LAYOUT = new ExampleLayout(3, true, false);
  private static final byte[] CONTENT =
      ByteBuffer.allocate(7).put(new byte[] {1, -2, 3}).putInt(4).array();

  private SerializerSelfTest() {}

  /**
   * What fails; empty: all comes back as it was.
   *
   * @param conf the job's settings; that classes must be registered is tried whatever they say
   */
  public static Optional<String> problem(SparkConf conf) {
    SparkConf strict = conf.clone().set("spark.kryo.registrationRequired", "true");
    try {
      SerializerInstance kryo = new KryoSerializer(strict).newInstance();
      if (!travels(kryo)) {
        return Optional.of("an example comes back otherwise than it was sent");
      }
      return Optional.empty();
    } catch (Exception e) {
      // Not narrower: Spark's Scala methods throw checked exceptions that they do not declare.
      return Optional.of(Failures.describe(e));
    }
  }

  private static boolean travels(SerializerInstance kryo) {
    KeyedExample[] examples = {new KeyedExample(1, 2, CONTENT)};
    KeyedExample example = copy(kryo, examples, KeyedExample[].class)[0];
    HeapShard.Builder builder = new HeapShard.Builder(LAYOUT, 5, 1);
    builder.add(CONTENT);
    Shard shard = copy(kryo, builder.build(), HeapShard.class);
    float[] features = new float[3];
    shard.features(0, features, 0);
    ScanPart part = new ScanPart(2);
    part.rows = 6;
    return KeyedExample.ORDER.compare(example, examples[0]) == 0
        && shard.index() == 5
        && shard.label(0) == 4
        && Arrays.equals(features, new float[] {1, 254, 3})
        && Arrays.equals(copy(kryo, new byte[][] {CONTENT}, byte[][].class)[0], CONTENT)
        && copy(kryo, part, ScanPart.class).rows == 6;
  }

  private static <T> T copy(SerializerInstance kryo, T value, Class<T> type) {
    ClassTag<T> tag = ClassTag$.MODULE$.apply(type);
    return kryo.deserialize(kryo.serialize(value, tag), tag);
  }
}
