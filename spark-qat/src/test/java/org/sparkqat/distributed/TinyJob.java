package org.sparkqat.distributed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkqat.data.Augmentation;
import org.sparkqat.data.ExampleSchema;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.Network;
import org.sparkqat.network.NetworkDescription;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;
import org.sparkqat.tensor.Shape;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Loss;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.TrainingState;

/** A job of seconds that uses everything that could depend on the cluster. */
public final class TinyJob {

  static final int SHARDS = 8;
  static final int MICRO_BATCH = 4;
  static final Shape SHAPE = new Shape(1, 6, 6);
  static final ExampleSchema SCHEMA =
      new ExampleSchema(List.of("image"), "label", Optional.empty(), SHAPE, 3);

  private static final long SEED = 7;
  private static final StructType COLUMNS =
      new StructType()
          .add("image", DataTypes.BinaryType, false)
          .add("label", DataTypes.IntegerType, false);

  private TinyJob() {}

  /** Batch normalization, a residual sum, dropout, maximum pooling. */
  public static Network network() {
    return NetworkDescription.read(
        "tiny",
        SHAPE,
        List.of(
            Map.of("name", "conv1", "type", "convolution", "outputs", 4, "kernel", 3, "padding", 1),
            Map.of("name", "bn1", "type", "batch-normalization"),
            Map.of("name", "relu1", "type", "relu"),
            Map.of("name", "conv2", "type", "convolution", "outputs", 4, "kernel", 3, "padding", 1),
            Map.of("name", "bn2", "type", "batch-normalization"),
            Map.of("name", "sum", "type", "add", "inputs", List.of("bn2", "relu1")),
            Map.of("name", "relu2", "type", "relu"),
            Map.of("name", "pool", "type", "max-pool", "kernel", 2),
            Map.of("name", "flatten", "type", "flatten"),
            Map.of("name", "drop", "type", "dropout", "rate", 0.25),
            Map.of("name", "fc", "type", "fully-connected", "outputs", 3)));
  }

  public static TrainingSettings settings() {
    return settings(QuantizationScheme.W8A8);
  }

  public static TrainingSettings settings(QuantizationScheme scheme) {
    WorkerSpecification worker =
        new WorkerSpecification(
            network(),
            InputNormalization.of(SHAPE, 255, new double[] {0.5}, new double[] {0.25}),
            scheme,
            new Loss.SoftmaxCrossEntropy(0.1),
            new Clipping(1, 0, 0),
            List.of(new Augmentation.RandomCrop(1), new Augmentation.HorizontalFlip()),
            3,
            MICRO_BATCH,
            SHARDS,
            SEED,
            EngineChoice.AUTO);
    return new TrainingSettings(
        worker,
        new Optimizer.Sgd(0.9, Optimizer.Nesterov.NESTEROV, 1e-4),
        new LearningRate.Cosine(0.1, 0.5, 0),
        new LearningRate.Cosine(0.02, 0, 0),
        new Clipping(2, 0, 0),
        1,
        2,
        2,
        1);
  }

  /** Images of noise around a mean that tells the class, in the order of their classes. */
  public static List<Row> rows(int examples, int purpose) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < examples; i++) {
      int label = i * 3 / examples;
      byte[] image = new byte[SHAPE.size()];
      for (int p = 0; p < image.length; p++) {
        int noise = CounterRandom.bounded(SEED, Purpose.SYNTHETIC, purpose, i, p, 80);
        image[p] = (byte) (80 * label + noise);
      }
      rows.add(RowFactory.create(image, label));
    }
    return rows;
  }

  public static Dataset<Row> table(SparkSession spark, List<Row> rows) {
    return spark.createDataFrame(rows, COLUMNS);
  }

  public static ShardedDataset data(Dataset<Row> table) {
    return ShardedDataset.prepare(table, SCHEMA, SHARDS, SEED);
  }

  /** Trains from the beginning on the given table, with a job for each step. */
  static TrainingState train(SparkSession spark, Dataset<Row> table, int workers) {
    return train(
        spark, table, workers, ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP));
  }

  /** Trains from the beginning on the given table, with steps that travel as told. */
  public static TrainingState train(
      SparkSession spark, Dataset<Row> table, int workers, ExchangeSettings exchange) {
    QatTrainer trainer = new QatTrainer(spark, settings()).workers(workers).exchange(exchange);
    return train(spark, table, trainer);
  }

  /** Trains from the beginning on the given table. */
  static TrainingState train(SparkSession spark, Dataset<Row> table, QatTrainer trainer) {
    return trainer.train(data(table), data(table(spark, rows(60, 2))));
  }
}
