package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.sparkqat.distributed.exchange.ExchangeSettings;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightScheme;
import org.sparkqat.testkit.SparkTestKit;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.QuantizedShare;
import org.sparkqat.training.QuantizedShare.Blend;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;

/** A stage whose blend stays at one end trains as one without a blend, bit for bit. */
@ExtendWith(SparkTestKit.class)
class BlendedTrainingTest {

  private static final List<Row> ROWS = TinyJob.rows(100, 1);

  private static TrainingState train(
      SparkSession spark, Network network, QuantizationScheme scheme, QuantizedShare share) {
    Stages stages =
        new Stages(
            List.of(
                Stage.ofFloat("float", scheme, 1, new LearningRate.Constant(0.1, 0)),
                Stage.quantized("blend", scheme, 2, new LearningRate.Constant(0.02, 0))
                    .share(share)));
    return TinyJob.train(
        spark,
        TinyJob.table(spark, ROWS),
        new QatTrainer(spark, settings(network, scheme).stages(stages))
            .workers(1)
            .exchange(ExchangeSettings.DEFAULT.mode(ExchangeSettings.Mode.JOB_PER_STEP)));
  }

  private static TrainingSettings settings(Network network, QuantizationScheme scheme) {
    TrainingSettings tiny = TinyJob.settings(scheme);
    WorkerSpecification of = tiny.worker();
    return tiny.worker(
        new WorkerSpecification(
            network,
            of.normalization(),
            scheme,
            of.loss(),
            of.clipping(),
            of.augmentations(),
            of.classes(),
            of.microBatch(),
            of.shards(),
            of.seed(),
            of.engine()));
  }

  private static Network ofWeightsAlone() {
    return Network.builder("plain", TinyJob.SHAPE)
        .add("conv1", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITHOUT))
        .add("relu1", new Layer.Relu())
        .add("conv2", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITHOUT))
        .add("relu2", new Layer.Relu())
        .add("flatten", new Layer.Flatten())
        .add("fc", new Layer.FullyConnected(3, Bias.WITHOUT))
        .build();
  }

  private static QuantizationScheme scheme(CodeFormat weights, CodeFormat activations) {
    return new QuantizationScheme(
        new WeightQuantizer(weights, Granularity.PER_CHANNEL, 1, WeightScheme.UNIFORM),
        new ActivationQuantizer(
            activations, Granularity.PER_TENSOR, ActivationQuantizer.DEFAULT.observer()),
        0,
        List.of());
  }

  private static void assertTrainedAlike(TrainingState actual, TrainingState expected) {
    assertThat(actual.parameters()).isEqualTo(expected.parameters());
    assertThat(actual.statistics()).isEqualTo(expected.statistics());
    assertThat(actual.ranges()).isEqualTo(expected.ranges());
  }

  /** Activations are quantized either way; the network is evaluated with quantized weights. */
  @Test
  void atZeroItTrainsWithFloatWeights(SparkSession spark) {
    QuantizationScheme quantized =
        scheme(CodeFormat.signed(3, Symmetry.SYMMETRIC), CodeFormat.unsigned(8));
    QuantizationScheme real =
        quantized.rules(List.of(QuantizationRule.real(QuantizationRule.ALL, Set.of(Part.WEIGHTS))));

    TrainingState blended = train(spark, TinyJob.network(), quantized, new Blend(0, 0));

    TrainingState expected = train(spark, TinyJob.network(), real, QuantizedShare.all());
    assertTrainedAlike(blended, expected);
    assertThat(blended.results().get("qatLoss")).isNotEqualTo(expected.results().get("qatLoss"));
    assertThat(train(spark, TinyJob.network(), quantized, QuantizedShare.all()).parameters())
        .isNotEqualTo(blended.parameters());
  }

  /**
   * Integer kernels multiply codes and scale the sum, layers with mixed weights multiply what is
   * scaled. With scales of powers of two, and neither biases nor batch normalization, neither way
   * rounds: a sum of 3-bit times 8-bit codes has less than 24 bits.
   */
  @Test
  void atOneItTrainsWithQuantizedWeights(SparkSession spark) {
    Network network = ofWeightsAlone();
    QuantizationScheme scheme =
        scheme(
            new CodeFormat(3, Symmetry.SYMMETRIC, Sign.SIGNED, Span.NARROW, Steps.POWER_OF_TWO),
            new CodeFormat(8, Symmetry.ASYMMETRIC, Sign.UNSIGNED, Span.FULL, Steps.POWER_OF_TWO));
    TrainingState blended = train(spark, network, scheme, new Blend(1, 1));

    TrainingState expected = train(spark, network, scheme, QuantizedShare.all());
    assertTrainedAlike(blended, expected);
    assertThat(blended.results()).isEqualTo(expected.results());
    assertThat(train(spark, network, scheme, new Blend(0.5, 1)).parameters())
        .isNotEqualTo(expected.parameters());
  }
}
