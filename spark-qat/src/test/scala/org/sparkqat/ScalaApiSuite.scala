package org.sparkqat

import java.util.{List => JList}

import scala.util.Random

import org.apache.spark.sql.{DataFrame, SparkSession}
import org.scalatest.funsuite.AnyFunSuite

import org.sparkqat.data.{ExampleSchema, ShardedDataset}
import org.sparkqat.distributed.{QatTrainer, TrainingSettings}
import org.sparkqat.distributed.evaluation.{ModelEvaluator, Predictor}
import org.sparkqat.distributed.worker.WorkerSpecification
import org.sparkqat.engine.{Arithmetic, EngineChoice}
import org.sparkqat.network.{Bias, InputNormalization, Layer, Network}
import org.sparkqat.quantization.QuantizationScheme
import org.sparkqat.tensor.Shape
import org.sparkqat.testkit.SparkTestKit
import org.sparkqat.training.{Clipping, LearningRate, Loss, Optimizer, Phase}

/** Trains through the public Java API, as a Scala program does. */
class ScalaApiSuite extends AnyFunSuite {

  private val Features = 4
  private val Classes = 3
  private val Shards = 2
  private val Seed = 42L

  private val schema = ExampleSchema.of("features", "label", new Shape(Features), Classes)

  private val network = Network
    .builder("small", new Shape(Features))
    .add("hidden", new Layer.FullyConnected(8, Bias.WITH))
    .add("relu", new Layer.Relu())
    .add("out", new Layer.FullyConnected(Classes, Bias.WITH))
    .build()

  private val worker = new WorkerSpecification(
    network,
    InputNormalization.identity(Features),
    QuantizationScheme.W8A8,
    new Loss.SoftmaxCrossEntropy(0),
    Clipping.NONE,
    JList.of(), // no augmentation
    Classes,
    16, // examples of a shard in a step
    Shards,
    Seed,
    EngineChoice.AUTO
  )

  private val settings = new TrainingSettings(
    worker,
    new Optimizer.Sgd(0.9, Optimizer.Nesterov.NESTEROV, 0),
    new LearningRate.Constant(0.1, 0),
    new LearningRate.Constant(0.01, 0),
    Clipping.NONE,
    2, // float epochs
    4, // calibration steps
    1, // QAT epochs
    TrainingSettings.NEVER
  )

  test("a network trained from Scala tells the classes apart in eight bits") {
    val spark = SparkTestKit.session()
    val held = table(spark, examples = 120, seed = 2)
    val trainer = new QatTrainer(spark, settings)

    val state = trainer.train(sharded(table(spark, examples = 480, seed = 1)), sharded(held))

    assert(state.position().phase() == Phase.DONE)
    assert(state.position().step() == 3 * 480 / settings.globalBatch())
    assert(state.results().get("qatAccuracy") > 0.95)
    assert(trainer.model(state).parameters().length == network.parameters().size())

    val evaluation =
      new ModelEvaluator(spark, worker).evaluate(state, Arithmetic.QUANTIZED, sharded(held))
    assert(evaluation.accuracy() == state.results().get("qatAccuracy"))

    val answers = new Predictor(worker, Arithmetic.QUANTIZED, state).transform(held, schema)
    val correct = answers.filter("prediction = label").count()
    assert(correct == math.round(evaluation.accuracy() * evaluation.examples()))
  }

  private def sharded(table: DataFrame): ShardedDataset =
    ShardedDataset.prepare(table, schema, Shards, Seed)

  /** Noise around 1 in the feature of the class, around 0 in the others. */
  private def table(spark: SparkSession, examples: Int, seed: Long): DataFrame = {
    val random = new Random(seed)
    val rows = Seq.tabulate(examples) { i =>
      val label = i % Classes
      val center = (f: Int) => if (f == label) 1.0 else 0.0
      (Seq.tabulate(Features)(f => center(f) + 0.2 * random.nextGaussian()), label)
    }
    spark.createDataFrame(rows).toDF("features", "label")
  }
}
