package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.distributed.wire.StepResult;
import org.sparkqat.engine.MicroBatchResult;
import org.sparkqat.engine.Seeds;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.training.ClipTotals;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.HeldWeights;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.OscillationWatch;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.QuantizedShare;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stages;
import org.sparkqat.training.TrainingState;
import org.sparkqat.training.WeightAverage;

/** Steps in arrays of states that are done with, against steps in new ones. */
class ReclaimedStatesTest {

  private static final int STEPS = 9;

  /** Steps after which there are enough arrays. */
  private static final int FIRST = 2;

  private final Random random = Seeds.random();

  static Stream<TrainingSettings> settings() {
    TrainingSettings tiny = TinyJob.settings();
    return Stream.of(
        tiny,
        with(tiny, new Optimizer.Sgd(0, Optimizer.Nesterov.NONE, 1e-3), new Clipping(0, 0, 0)),
        with(tiny, new Optimizer.Adam(0.9, 0.999, 1e-8, 1e-3), new Clipping(0, 0.1, 0)),
        with(tiny, new Optimizer.AdamW(0.9, 0.999, 1e-8, 0.01), new Clipping(1, 0.1, 0.01)),
        tiny.average(new WeightAverage(0.9)),
        tiny.watch(new OscillationWatch(0.3, 0.2, 0.25)),
        tiny.average(new WeightAverage(0.5)).watch(new OscillationWatch(0.3, 0.2, 0.25)),
        tiny.stages(holding()));
  }

  private static TrainingSettings with(
      TrainingSettings tiny, Optimizer optimizer, Clipping clipping) {
    return new TrainingSettings(
        tiny.worker(),
        optimizer,
        tiny.stages(),
        clipping,
        tiny.calibrationSteps(),
        tiny.watch(),
        tiny.coding(),
        tiny.ranges(),
        tiny.average(),
        tiny.preparations());
  }

  private static Stages holding() {
    LearningRate rate = new LearningRate.Constant(0.02, 0);
    QuantizationScheme scheme = QuantizationScheme.W8A8;
    return new Stages(
        List.of(
            Stage.ofFloat("float", scheme, 1, rate),
            Stage.quantized("held", scheme, 1, rate).share(new QuantizedShare.Largest(0.5))));
  }

  private TrainingState start(TrainingSettings settings) {
    Network network = settings.worker().network();
    QuantizedGraph graph = QuantizedGraph.of(BlockGraph.of(network), settings.worker().scheme());
    TrainingState state =
        new TrainingState(
            new Position(Phase.QAT, 0, 0, 4),
            Initialization.parameters(network, 1),
            settings.optimizer().initialSlots(network.parameters()),
            Initialization.statistics(network),
            ranges(graph.slots()),
            1,
            Map.of());
    return HeldWeights.atBeginning(state, graph, settings.stages().get(1).share());
  }

  private Ranges ranges(int slots) {
    Ranges ranges = Ranges.empty(slots);
    for (int slot = 0; slot < slots; slot++) {
      ranges.set(slot, new Range(-random.nextFloat(), random.nextFloat()));
    }
    return ranges;
  }

  private StepResult result(TrainingSettings settings) {
    QuantizedGraph graph =
        QuantizedGraph.of(BlockGraph.of(settings.worker().network()), settings.worker().scheme());
    MicroBatchResult shape = new MicroBatchResult(graph);
    float[] gradient = new float[shape.gradient().length];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = (float) random.nextGaussian();
    }
    double[] sums = new double[shape.statisticSums().length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = random.nextInt(1000);
    }
    long[] counts = new long[shape.statisticCounts().length];
    Arrays.fill(counts, 1000);
    return new StepResult(
        gradient,
        ranges(graph.slots()),
        new long[0],
        new double[shape.rangeSums().length],
        sums,
        counts,
        8,
        3,
        TinyJob.SHARDS,
        ClipTotals.EMPTY,
        StepResult.ALL_FINITE);
  }

  /** The bits of all numbers of a state. */
  private static int[][] bits(TrainingState state) {
    return Stream.of(
            Stream.of(state.parameters(), state.statistics(), state.ranges().flat()),
            Stream.of(state.slots()),
            state.memory().arrays().values().stream())
        .flatMap(arrays -> arrays)
        .map(array -> IntStream.range(0, array.length).map(i -> bits(array[i])).toArray())
        .toArray(int[][]::new);
  }

  private static int bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  /** The arrays of a state that are as long as the parameters. */
  private static List<float[]> large(TrainingState state) {
    return Stream.of(
            Stream.of(state.parameters()),
            Stream.of(state.slots()),
            state.memory().arrays().values().stream())
        .flatMap(arrays -> arrays)
        .filter(array -> array.length == state.parameters().length)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void haveTheSameBitsAndChangeNoStateThatIsKept(TrainingSettings settings) {
    Schedule schedule = new Schedule(settings, 1000L * settings.globalBatch());
    TrainingStep fresh = new TrainingStep(settings, schedule);
    TrainingStep thrifty = new TrainingStep(settings, schedule);
    TrainingState start = start(settings);
    int[][] atStart = bits(start);
    TrainingState expected = start;
    TrainingState state = start;
    Set<float[]> used = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < STEPS; i++) {
      StepResult result = result(settings);
      int[][] before = bits(state);
      expected = fresh.next(expected, result.copy()).state();
      TrainingState next = thrifty.next(state, result.copy()).state();
      assertThat(bits(state)).as("before step " + i).isDeepEqualTo(before);
      thrifty.reclaim(state, next);
      assertThat(bits(next)).isDeepEqualTo(bits(expected));
      assertThat(next.position()).isEqualTo(expected.position());
      if (i < FIRST) {
        used.addAll(large(next));
      }
      assertThat(used).as("arrays at step " + i).containsAll(large(next));
      state = next;
    }
    assertThat(bits(start)).isDeepEqualTo(atStart);
  }
}
