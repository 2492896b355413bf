package org.sparkqat.distributed;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import org.sparkqat.distributed.wire.GradientCoding;
import org.sparkqat.distributed.wire.GradientEncoding;
import org.sparkqat.distributed.worker.Teacher;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.EngineChoice;
import org.sparkqat.network.Bias;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Layer;
import org.sparkqat.network.Network;
import org.sparkqat.network.Residuals;
import org.sparkqat.network.Window;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationRule.Part;
import org.sparkqat.quantization.QuantizationScheme;
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

  private static final Optimizer SGD = new Optimizer.Sgd(0.9, Optimizer.Nesterov.NONE, 1e-4);
  private static final LearningRate RATE = new LearningRate.Constant(0.02, 0);

  /** Weights become so large that the loss, whose labels are smoothed, is that of large outputs. */
  private static final LearningRate FAILS = new LearningRate.Constant(1000, 0);

  private final Map<String, TrainingSettings> jobs = new TreeMap<>();

  /** The jobs by what is special about them. */
  static Map<String, TrainingSettings> jobs() {
    Catalogue catalogue = new Catalogue();
    catalogue.schemes();
    catalogue.optimizers();
    catalogue.stages();
    catalogue.helpers();
    return catalogue.jobs;
  }

  private void schemes() {
    SchemeCatalogue.schemes().forEach((name, each) -> jobs.put(name, TinyJob.settings(each)));
    jobs.computeIfPresent(
        SchemeCatalogue.LEARNED_ENDS,
        (name, job) -> job.ranges(new RangeTraining(2, 0.5, 1e-3, 0.1, 1)));
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

  private static QuantizationScheme observed(int bits) {
    return SchemeCatalogue.observed(bits, ActivationQuantizer.DEFAULT.observer());
  }

  private static TrainingSettings settings(
      Optimizer optimizer,
      LearningRate rate,
      Clipping shard,
      Clipping global,
      GradientEncoding encoding,
      EngineChoice engine) {
    WorkerSpecification tiny = TinyJob.settings().worker();
    WorkerSpecification worker = worker(tiny.network(), tiny.scheme(), tiny.loss(), shard, engine);
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
    QuantizationScheme first = observed(8);
    stages(
        "bits that fall, largest weights held",
        sgd(),
        Stage.quantized("w8", first, 1, RATE),
        Stage.quantized("half", observed(4), 1, RATE).share(new QuantizedShare.Largest(0.5)),
        Stage.quantized("whole", observed(4), 1, RATE).share(new QuantizedShare.Largest(1)));
    QuantizationRule waiting =
        new QuantizationRule(
            QuantizationRule.ALL,
            Optional.of("convolution"),
            Optional.empty(),
            Optional.empty(),
            Set.of(Part.WEIGHTS, Part.ACTIVATIONS));
    stages(
        "layers one after the other",
        sgd(),
        Stage.quantized("some", first.rules(List.of(waiting)), 1, RATE),
        Stage.quantized("whole", first, 1, RATE));
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
        Stage.quantized("fails", first, 1, FAILS)
            .gate(gate(Gate.Reference.PREVIOUS, Gate.Failure.KEEP)),
        Stage.quantized("after", first, 1, RATE));
    stages(
        "a stage that fails ends the job",
        sgd(),
        Stage.quantized("w8", first, 1, RATE),
        Stage.quantized("fails", first, 1, FAILS)
            .gate(gate(Gate.Reference.FLOAT, Gate.Failure.STOP)));
  }

  /** One that a stage with the learning rate {@link #FAILS} does not pass. */
  private static Gate gate(Gate.Reference reference, Gate.Failure failure) {
    return new Gate(OptionalDouble.empty(), OptionalDouble.of(0), reference, 1, 0.5, failure);
  }

  private void helpers() {
    WorkerSpecification worker = TinyJob.settings().worker();
    jobs.put("regression", regression());
    QuantizationScheme residual = observed(4).residualBits(8);
    jobs.put(
        "residual tensors of 8 bits",
        TinyJob.settings(residual)
            .worker(
                worker(
                    Residuals.requantized(worker.network()),
                    residual,
                    worker.loss(),
                    worker.clipping(),
                    EngineChoice.AUTO)));
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
  private static TrainingSettings regression() {
    Network network =
        Network.builder("regression", TinyJob.SHAPE)
            .add("conv", new Layer.Convolution(4, Window.square(3, 1, 1), 1, Bias.WITHOUT))
            .add("bn", Layer.BatchNormalization.DEFAULT)
            .add("relu", new Layer.Relu())
            .add("flatten", new Layer.Flatten())
            .add("fc", new Layer.FullyConnected(1, Bias.WITH))
            .build();
    WorkerSpecification worker =
        worker(
            network,
            QuantizationScheme.W8A8,
            new Loss.MeanSquaredError(1),
            Clipping.NONE,
            EngineChoice.AUTO);
    return new TrainingSettings(worker, SGD, RATE, RATE, Clipping.NONE, 1, 2, 2, 1);
  }

  /** The workers of the tiny job with another network, of as many classes or of a number. */
  private static WorkerSpecification worker(
      Network network,
      QuantizationScheme scheme,
      Loss loss,
      Clipping clipping,
      EngineChoice engine) {
    WorkerSpecification tiny = TinyJob.settings().worker();
    return new WorkerSpecification(
        network,
        tiny.normalization(),
        scheme,
        loss,
        clipping,
        tiny.augmentations(),
        loss instanceof Loss.MeanSquaredError ? 0 : tiny.classes(),
        tiny.microBatch(),
        tiny.shards(),
        tiny.seed(),
        engine);
  }
}
