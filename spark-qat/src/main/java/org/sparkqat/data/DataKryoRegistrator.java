package org.sparkqat.data;

import com.esotericsoftware.kryo.Kryo;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.serializer.KryoRegistrator;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Registers with Kryo what travels while data is prepared, so that {@code
 * spark.kryo.registrationRequired=true} holds; name it first in {@code spark.kryo.registrator}.
 */
public final class DataKryoRegistrator implements KryoRegistrator {

  private static final List<Class<?>> OURS =
      List.of(
          KeyedExample.class,
          KeyedExample[].class,
          HeapShard.class,
          ScanPart.class,
          ScanPart[].class,
          Shard[].class,
          ShardFiles.class);

  private static final List<Class<?>> ARRAYS =
      List.of(byte[][].class, float[][].class, int[][].class, long[][].class);

  // Spark infers the schema of a file in tasks, which send back what they found.
  private static final List<Class<?>> SCHEMAS =
      List.of(
          StructType.class,
          StructType[].class,
          StructField.class,
          StructField[].class,
          Metadata.class,
          ArrayType.class,
          MapType.class,
          DecimalType.class,
          DataType[].class,
          SQLDataTypes.VectorType().getClass(),
          DataTypes.BinaryType.getClass(),
          DataTypes.BooleanType.getClass(),
          DataTypes.ByteType.getClass(),
          DataTypes.DateType.getClass(),
          DataTypes.DoubleType.getClass(),
          DataTypes.FloatType.getClass(),
          DataTypes.IntegerType.getClass(),
          DataTypes.LongType.getClass(),
          DataTypes.NullType.getClass(),
          DataTypes.ShortType.getClass(),
          DataTypes.StringType.getClass(),
          DataTypes.TimestampType.getClass(),
          DataTypes.TimestampNTZType.getClass());

  @Override
  public void registerClasses(Kryo kryo) {
    Stream.of(OURS, ARRAYS, SCHEMAS).flatMap(List::stream).forEach(kryo::register);
  }
}
