package org.sparkqat.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.testkit.SparkTestKit;
import scala.reflect.ClassTag;

@ExtendWith(SparkTestKit.class)
class HeapShardTest {

  private static final ExampleLayout BYTES = new ExampleLayout(3, true, false);
  private static final ExampleLayout FLOATS = new ExampleLayout(2, false, true);

  @Test
  void bytesAreReadAsZeroTo255() {
    HeapShard shard = bytes();
    float[] features = {9, 9, 9, 9, 9};
    shard.features(1, features, 1);
    assertThat(features).containsExactly(9, 128, 255, 0, 9);
    assertThat(shard.label(0)).isEqualTo(4);
    assertThat(shard.target(1)).isEqualTo(5f);
    assertThat(shard.size()).isEqualTo(2);
    assertThat(shard.featureSize()).isEqualTo(3);
    assertThat(shard.bytes()).isEqualTo(2 * 3 + 2 * 4);
  }

  @Test
  void floatsAndTargetsAreReadAsTheyWere() {
    HeapShard shard = floats();
    float[] features = new float[2];
    shard.features(0, features, 0);
    assertThat(features).containsExactly(-0.5f, 1e-30f);
    assertThat(shard.target(0)).isEqualTo(2.5f);
    assertThat(shard.bytes()).isEqualTo(12);
    assertThatThrownBy(() -> shard.label(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot read a class: the labels are regression targets");
  }

  @Test
  void examplesOfMoreThanOneBlockAreFound() {
    int size = 24 << 20;
    ExampleLayout layout = new ExampleLayout(size, true, false);
    assertThat(layout.examplesPerBlock()).isEqualTo(2);
    HeapShard.Builder builder = new HeapShard.Builder(layout, 0, 3);
    byte[] content = new byte[size + 4];
    for (byte example = 0; example < 3; example++) {
      content[0] = example;
      content[size - 1] = (byte) (100 + example);
      builder.add(content);
    }
    HeapShard shard = builder.build();
    float[] features = new float[size];
    for (int example = 0; example < 3; example++) {
      shard.features(example, features, 0);
      assertThat(features[0]).isEqualTo(example);
      assertThat(features[size - 1]).isEqualTo(100f + example);
    }
  }

  @Test
  void anExampleLargerThanABlockHasABlockOfItsOwn() {
    assertThat(new ExampleLayout(100 << 20, true, false).examplesPerBlock()).isEqualTo(1);
    assertThat(new ExampleLayout(784, true, false).examplesPerBlock()).isEqualTo(85_598);
    assertThat(new ExampleLayout(784, false, false).examplesPerBlock()).isEqualTo(21_399);
  }

  @Test
  void aShardTravelsThroughKryoAndThroughJavaSerialization(SparkSession spark) {
    SparkConf conf = spark.sparkContext().conf();
    for (Serializer serializer : List.of(new KryoSerializer(conf), new JavaSerializer(conf))) {
      SerializerInstance instance = serializer.newInstance();
      for (HeapShard shard : List.of(bytes(), floats())) {
        Shard copy = roundTrip(instance, shard, HeapShard.class);
        assertThat(Examples.bytes(copy)).isEqualTo(Examples.bytes(shard));
      }
      KeyedExample example = new KeyedExample(1, -2, new byte[] {3});
      KeyedExample copy = roundTrip(instance, example, KeyedExample.class);
      assertThat(KeyedExample.ORDER.compare(copy, example)).isZero();
    }
  }

  private static <T> T roundTrip(SerializerInstance serializer, T value, Class<T> type) {
    ClassTag<T> tag = ClassTag.apply(type);
    return serializer.deserialize(serializer.serialize(value, tag), tag);
  }

  @Test
  void exactlyTheAnnouncedExamplesMustArrive() {
    HeapShard.Builder builder = new HeapShard.Builder(BYTES, 7, 1);
    assertThatThrownBy(builder::build)
        .hasMessage(
            "Cannot build shard 7: 0 of 1 examples arrived (the data changed while it was read)");
    builder.add(new byte[7]);
    assertThatThrownBy(() -> builder.add(new byte[7]))
        .hasMessage("Cannot add to shard 7: it is full at 1");
  }

  private static HeapShard bytes() {
    HeapShard.Builder builder = new HeapShard.Builder(BYTES, 1, 2);
    builder.add(new byte[] {1, 2, 3, 0, 0, 0, 4});
    builder.add(new byte[] {(byte) 128, (byte) 255, 0, 0, 0, 0, 5});
    return builder.build();
  }

  private static HeapShard floats() {
    HeapShard.Builder builder = new HeapShard.Builder(FLOATS, 0, 1);
    builder.add(ByteBuffer.allocate(12).putFloat(-0.5f).putFloat(1e-30f).putFloat(2.5f).array());
    return builder.build();
  }
}
