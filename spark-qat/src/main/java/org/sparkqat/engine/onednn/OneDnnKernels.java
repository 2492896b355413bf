package org.sparkqat.engine.onednn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.ConvolutionShape;
import org.sparkqat.engine.FullyConnectedShape;
import org.sparkqat.engine.GradientPrecision;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.Plan;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.engine.WeightedKernel;
import org.sparkqat.network.Block;
import org.sparkqat.network.InputNormalization;
import org.sparkqat.network.QuantizedGraph;

/** The owner of oneDNN's engine, of work space, and of the kernels made from them. */
final class OneDnnKernels implements Kernels {

  private static final Logger LOG = LoggerFactory.getLogger(OneDnnKernels.class);

  /** What was said already, by whichever plan of the process. */
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private final Ownership owned;
  private final Context context;
  private final Set<OneDnnKernel> open = new LinkedHashSet<>();
  private final Set<NativePlan> plans = new LinkedHashSet<>();
  private boolean closed;

  private OneDnnKernels(Ownership owned, Context context) {
    this.owned = owned;
    this.context = context;
  }

  static OneDnnKernels create(int threads) {
    Ownership owned = new Ownership();
    try {
      return new OneDnnKernels(owned, new Context(owned, threads));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public String instructionSet() {
    return InstructionSet.effective();
  }

  @Override
  public WeightedKernel convolution(ConvolutionShape shape) {
    return open(new ConvolutionProblem(shape));
  }

  @Override
  public WeightedKernel fullyConnected(int batch, int inputs, int outputs) {
    return open(new FullyConnectedProblem(new FullyConnectedShape(batch, inputs, outputs)));
  }

  @Override
  public Optional<Plan> plan(
      QuantizedGraph graph, InputNormalization normalization, PlanSettings settings) {
    Optional<String> obstacle = Support.obstacle(graph, settings);
    if (obstacle.isPresent()) {
      LOG.info("Computing in float32, in Java's memory, which is slower: {}", obstacle.get());
      return Optional.empty();
    }
    requireOpen("a plan");
    if (settings.gradients() == GradientPrecision.BFLOAT16 && !InstructionSet.hasBfloat16()) {
      throw new IllegalArgumentException(
          "Invalid training.gradients: bfloat16 (%s has no products of them; use float32)"
              .formatted(InstructionSet.effective()));
    }
    try {
      NativePlan plan = new NativePlan(context, graph, normalization, settings, plans::remove);
      plans.add(plan);
      // Analyses compute with running statistics, and with hundreds of schemes.
      if (settings.arithmetic() == Arithmetic.QUANTIZED
          && settings.normalization() == Normalization.BATCH) {
        report(graph);
      }
      return Optional.of(plan);
    } catch (UnsupportedOperationException e) {
      LOG.warn("Computing in float32, in Java's memory, which is slower: {}", e.getMessage());
      return Optional.empty();
    }
  }

  /** One line for each reason, once. */
  private static void report(QuantizedGraph graph) {
    Map<String, List<String>> layers = new LinkedHashMap<>();
    for (Block block : graph.graph().blocks()) {
      Support.obstacleToIntegers(graph, block)
          .ifPresent(
              why -> layers.computeIfAbsent(why, key -> new ArrayList<>()).add(block.name()));
    }
    layers.forEach(
        (why, names) -> {
          String message =
              "Multiplying in float32, which is slower than 8-bit integers, in %s: %s"
                  .formatted(String.join(", ", names), why);
          if (TOLD.add(message)) {
            LOG.info("{}", message);
          }
        });
  }

  @Override
  public Optional<String> obstacleToIntegers(
      QuantizedGraph graph, InputNormalization normalization) {
    PlanSettings settings = new PlanSettings(1, Arithmetic.QUANTIZED, Normalization.BATCH);
    Optional<String> obstacle = Support.obstacle(graph, settings);
    if (obstacle.isPresent()) {
      return obstacle;
    }
    // Only oneDNN knows whether it has all primitives: one example is enough to ask.
    try {
      new NativePlan(context, graph, normalization, settings, plans::remove).close();
      return Support.obstacleToIntegers(graph);
    } catch (UnsupportedOperationException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public long peakNativeBytes() {
    return context.account.peakBytes();
  }

  @Override
  public void close() {
    closed = true;
    List.copyOf(plans).forEach(NativePlan::close);
    List.copyOf(open).forEach(OneDnnKernel::close);
    owned.close();
  }

  /** Native bytes of tensors and work space that are not released yet. */
  long liveBytes() {
    return context.account.liveBytes();
  }

  private WeightedKernel open(Problem problem) {
    requireOpen("the kernel for " + problem.shape());
    context.useThreads();
    OneDnnKernel kernel = new OneDnnKernel(context, problem, open::remove);
    open.add(kernel);
    return kernel;
  }

  private void requireOpen(String what) {
    if (closed) {
      throw new IllegalStateException("Cannot make %s: the kernels are closed".formatted(what));
    }
  }
}
