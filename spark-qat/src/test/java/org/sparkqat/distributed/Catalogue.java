package org.sparkqat.distributed;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.ActivationRange;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.CodeFormat.Sign;
import org.sparkqat.quantization.CodeFormat.Span;
import org.sparkqat.quantization.CodeFormat.Steps;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.Observer;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Rounding;
import org.sparkqat.quantization.Symmetry;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.quantization.WeightRange;
import org.sparkqat.quantization.WeightScheme;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Distillation;
import org.sparkqat.training.Gate;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Loss;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.Preparation;
import org.sparkqat.training.QuantizedShare;
import org.sparkqat.training.RangeTraining;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.WeightAverage;

/**
 * Every choice of a job that decides its result, in as few tiny jobs as name each of them. Choices
 * that have nothing to do with each other share a job.
 */
final class Catalogue {

  private static final WeightQuantizer WEIGHTS = WeightQuantizer.DEFAULT;
  private static final ActivationQuantizer ACTIVATIONS = ActivationQuantizer.DEFAULT;
  private static final CodeFormat FOUR_BITS = CodeFormat.signed(4, Symmetry.SYMMETRIC);
  private static final Optimizer SGD = new Optimizer.Sgd(0.9, Optimizer.Nesterov.NONE, 1e-4);
  private static final LearningRate RATE = new LearningRate.Constant(0.02, 0);

  private final Map<String, TrainingSettings> jobs = new TreeMap<>();

  /** The jobs by what is special about them. */
  static Map<String, TrainingSettings> jobs() {
    Catalogue catalogue = new Catalogue();
    catalogue.observers();
    catalogue.weightSchemes();
    catalogue.formats();
    catalogue.integerTrue();
    catalogue.learnedRanges();
    catalogue.dynamicRanges();
    catalogue.optimizers();
    catalogue.stages();
    catalogue.helpers();
    return catalogue.jobs;
  }

  private void add(String name, QuantizationScheme scheme) {
    jobs.put(name, TinyJob.settings(scheme));
  }

  private static QuantizationScheme scheme(
      WeightQuantizer weights, ActivationQuantizer activations) {
    return new QuantizationScheme(weights, activations, 0, List.of());
  }

  private static WeightQuantizer weights(int bits, WeightScheme scheme) {
    return new WeightQuantizer(
        CodeFormat.signed(bits, Symmetry.SYMMETRIC), Granularity.PER_CHANNEL, 1, scheme);
  }

  private static ActivationQuantizer activations(CodeFormat format) {
    return new ActivationQuantizer(format, Granularity.PER_TENSOR, ACTIVATIONS.observer());
  }

  private static QuantizationScheme observed(int bits, Observer observer) {
    return scheme(
        WEIGHTS.withBits(bits),
        new ActivationQuantizer(CodeFormat.unsigned(bits), Granularity.PER_TENSOR, observer));
  }

  private void observers() {
    add("min-max", observed(8, new Observer.MinMax()));
    add("percentile, 7 bits", observed(7, new Observer.Percentile(0.99)));
    add("mean-squared-error, 6 bits", observed(6, new Observer.LeastSquares()));
    add("kullback-leibler, 5 bits", observed(5, new Observer.LeastDivergence()));
    add(
        "histograms per channel",
        scheme(
            WEIGHTS.withBits(3),
            new ActivationQuantizer(
                CodeFormat.unsigned(4), Granularity.PER_CHANNEL, new Observer.LeastSquares())));
  }

  private void weightSchemes() {
    add(
        "binary",
        scheme(
            WeightQuantizer.of(WeightScheme.BINARY, Granularity.PER_CHANNEL),
            activations(CodeFormat.unsigned(1))));
    add(
        "ternary",
        scheme(
            WeightQuantizer.of(WeightScheme.TERNARY, Granularity.PER_TENSOR),
            activations(CodeFormat.unsigned(2))));
    add("tanh", scheme(weights(4, WeightScheme.TANH), activations(CodeFormat.unsigned(3))));
    add(
        "groups",
        scheme(
            new WeightQuantizer(FOUR_BITS, Granularity.PER_GROUP, 2, WeightScheme.UNIFORM),
            ACTIVATIONS));
  }

  private void formats() {
    add(
        "powers of two",
        scheme(
            new WeightQuantizer(
                new CodeFormat(8, Symmetry.SYMMETRIC, Sign.SIGNED, Span.FULL, Steps.POWER_OF_TWO),
                Granularity.PER_CHANNEL,
                1,
                WeightScheme.UNIFORM),
            activations(
                new CodeFormat(
                    8, Symmetry.ASYMMETRIC, Sign.SIGNED, Span.FULL, Steps.POWER_OF_TWO))));
    add(
        "asymmetric weights, signed activations",
        scheme(
            new WeightQuantizer(8, Symmetry.ASYMMETRIC, Granularity.PER_CHANNEL),
            activations(CodeFormat.signed(8, Symmetry.SYMMETRIC))));
    add(
        "unsigned symmetric activations, first and last layer",
        new QuantizationScheme(
            WEIGHTS.withBits(2),
            activations(new CodeFormat(3, Symmetry.SYMMETRIC, Sign.UNSIGNED, Span.FULL, Steps.ANY)),
            8,
            List.of()));
    // More than 8 bits compute in float; each layer has others.
    add("9 to 12 bits", bitsByLayer(9));
    add("13 to 16 bits", bitsByLayer(13));
    add(
        "float islands",
        new QuantizationScheme(
            WEIGHTS,
            ACTIVATIONS,
            8,
            List.of(
                QuantizationRule.real("conv2", EnumSet.allOf(Part.class)),
                QuantizationRule.real("fc", Set.of(Part.WEIGHTS)))));
  }

  private static QuantizationScheme bitsByLayer(int least) {
    return new QuantizationScheme(
        WEIGHTS.withBits(least),
        activations(CodeFormat.unsigned(least)),
        0,
        List.of(
            rule("conv1", least + 1),
            rule("conv2", least + 2),
            rule("fc", least + 3),
            new QuantizationRule(
                "sum",
                Optional.empty(),
                Optional.of(activations(CodeFormat.unsigned(least + 3))))));
  }

  private static QuantizationRule rule(String layer, int bits) {
    return new QuantizationRule(
        layer,
        Optional.of(WEIGHTS.withBits(bits)),
        Optional.of(activations(CodeFormat.unsigned(bits))));
  }

  private void integerTrue() {
    for (Rounding rounding : Rounding.values()) {
      add(
          "integer-true " + rounding.text(),
          scheme(WEIGHTS, ACTIVATIONS).integerTrue(Optional.of(rounding)));
    }
  }

  private void learnedRanges() {
    WeightQuantizer perTensor =
        new WeightQuantizer(FOUR_BITS, Granularity.PER_TENSOR, 1, WeightScheme.UNIFORM);
    add(
        "learned scales",
        scheme(
            weights(4, WeightScheme.UNIFORM).withRange(WeightRange.LSQ),
            activations(CodeFormat.unsigned(4)).withRange(ActivationRange.LSQ)));
    add(
        "learned scales and offsets per channel",
        scheme(
            perTensor.withRange(WeightRange.LSQ),
            new ActivationQuantizer(
                CodeFormat.unsigned(4),
                Granularity.PER_CHANNEL,
                new Observer.LeastSquares(),
                ActivationRange.LSQ_PLUS)));
    jobs.put(
        "learned ends, clipped and frozen",
        TinyJob.settings(
                scheme(
                    WEIGHTS, activations(CodeFormat.unsigned(3)).withRange(ActivationRange.PACT)))
            .ranges(new RangeTraining(2, 0.5, 1e-3, 0.1, 1)));
  }

  private void dynamicRanges() {
    add(
        "dynamic",
        scheme(WEIGHTS, activations(CodeFormat.unsigned(8)).withRange(ActivationRange.DYNAMIC)));
    add(
        "dynamic per row",
        scheme(WEIGHTS, activations(FOUR_BITS).withRange(ActivationRange.DYNAMIC_PER_ROW)));
  }

  /** Optimizers, rates, clipping in both scopes, gradients that are rounded on their way. */
  private void optimizers() {
    jobs.put(
        "adam, values clipped, int8",
        settings(
            new Optimizer.Adam(0.9, 0.999, 1e-8, 1e-4),
            new LearningRate.OneCycle(0.01, 0.3, 25, 1e4),
            new Clipping(0, 0.01, 0),
            new Clipping(0, 0.01, 0),
            GradientEncoding.INT8,
            EngineChoice.AUTO));
    jobs.put(
        "adamw, units clipped, bfloat16, plain Java",
        settings(
            new Optimizer.AdamW(0.9, 0.999, 1e-8, 0.01),
            new LearningRate.Steps(0.01, 0.5, List.of(1.0), 0.1),
            new Clipping(0, 0, 0.01),
            new Clipping(0, 0, 0.01),
            GradientEncoding.BFLOAT16,
            EngineChoice.REFERENCE));
  }

  private static TrainingSettings settings(
      Optimizer optimizer,
      LearningRate rate,
      Clipping shard,
      Clipping global,
      GradientEncoding encoding,
      EngineChoice engine) {
    WorkerSpecification tiny = TinyJob.settings().worker();
    WorkerSpecification worker =
        new WorkerSpecification(
            tiny.network(),
            tiny.normalization(),
            tiny.scheme(),
            tiny.loss(),
            shard,
            tiny.augmentations(),
            tiny.classes(),
            tiny.microBatch(),
            tiny.shards(),
            tiny.seed(),
            engine);
    return new TrainingSettings(worker, optimizer, rate, rate, global, 1, 2, 2, 1)
        .coding(GradientCoding.of(encoding));
  }

  private void stages(String name, TrainingSettings settings, Stage... quantized) {
    List<Stage> all = new ArrayList<>();
    all.add(Stage.ofFloat("float", quantized[0].scheme(), 1, RATE));
    all.addAll(List.of(quantized));
    jobs.put(name, settings.stages(new Stages(all)));
  }

  private static TrainingSettings sgd() {
    TrainingSettings tiny = TinyJob.settings();
    return new TrainingSettings(tiny.worker(), SGD, RATE, RATE, tiny.clipping(), 1, 2, 2, 1);
  }

  private void stages() {
    QuantizationScheme first = observed(8, ACTIVATIONS.observer());
    stages(
        "bits that fall, largest weights held",
        sgd(),
        Stage.quantized("w8", first, 1, RATE),
        Stage.quantized("half", observed(4, ACTIVATIONS.observer()), 1, RATE)
            .share(new QuantizedShare.Largest(0.5)),
        Stage.quantized("whole", observed(4, ACTIVATIONS.observer()), 1, RATE)
            .share(new QuantizedShare.Largest(1)));
    stages(
        "weights blended, oscillating ones frozen",
        sgd().watch(new OscillationWatch(0.3, 0.2, 0.25)),
        Stage.quantized("blend", first, 1, RATE).share(new QuantizedShare.Blend(0, 1)),
        Stage.quantized("whole", first, 2, RATE));
    stages(
        "weights quantized at random, batch normalization at rest, estimated anew",
        sgd(),
        Stage.quantized("random", first, 1, RATE).share(new QuantizedShare.Sampled(0.2, 0.9)),
        Stage.quantized("rest", first, 2, RATE)
            .freeze(new BatchNormFreeze(Stage.NEVER, 10, 1))
            .statistics(Stage.Statistics.RE_ESTIMATED));
    stages(
        "a stage that fails is repeated and kept",
        sgd(),
        Stage.quantized("fails", first, 1, new LearningRate.Constant(5, 0))
            .gate(gate(Gate.Reference.PREVIOUS, Gate.Failure.KEEP)),
        Stage.quantized("after", first, 1, RATE));
    stages(
        "a stage that fails ends the job",
        sgd(),
        Stage.quantized("w8", first, 1, RATE),
        Stage.quantized("fails", first, 1, new LearningRate.Constant(5, 0))
            .gate(gate(Gate.Reference.FLOAT, Gate.Failure.STOP)));
  }

  /** One that the learning rates of those stages do not pass. */
  private static Gate gate(Gate.Reference reference, Gate.Failure failure) {
    return new Gate(OptionalDouble.empty(), OptionalDouble.of(0), reference, 1, 0.5, failure);
  }

  private void helpers() {
    WorkerSpecification worker = TinyJob.settings().worker();
    jobs.put("regression", regression(worker));
    Teacher teacher =
        new Teacher(
            worker.network(),
            worker.normalization(),
            Initialization.parameters(worker.network(), 5),
            Initialization.statistics(worker.network()),
            new Distillation(2, 0.5));
    jobs.put(
        "a teacher, an average, prepared weights",
        TinyJob.settings()
            .worker(worker.teacher(teacher))
            .average(new WeightAverage(0.9))
            .preparations(EnumSet.allOf(Preparation.class)));
  }

  /** The class is the number that is learned. */
  private static TrainingSettings regression(WorkerSpecification tiny) {
    Network network =
        Network.builder("regression", TinyJob.SHAPE)
            .add("conv", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITHOUT))
            .add("bn", Layer.BatchNormalization.DEFAULT)
            .add("relu", new Layer.Relu())
            .add("flatten", new Layer.Flatten())
            .add("fc", new Layer.FullyConnected(1, Bias.WITH))
            .build();
    WorkerSpecification worker =
        new WorkerSpecification(
            network,
            tiny.normalization(),
            tiny.scheme(),
            new Loss.MeanSquaredError(1),
            tiny.clipping(),
            tiny.augmentations(),
            0,
            tiny.microBatch(),
            tiny.shards(),
            tiny.seed(),
            EngineChoice.AUTO);
    return new TrainingSettings(worker, SGD, RATE, RATE, Clipping.NONE, 1, 2, 2, 1);
  }
}
