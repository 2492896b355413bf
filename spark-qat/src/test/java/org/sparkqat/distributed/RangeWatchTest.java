package org.sparkqat.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Initialization;
import org.sparkqat.network.Network;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.quantization.ActivationQuantizer;
import org.sparkqat.quantization.CodeFormat;
import org.sparkqat.quantization.Granularity;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.WeightQuantizer;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.training.Phase;
import org.sparkqat.training.Position;
import org.sparkqat.training.TrainingState;

/** Ranges that collapse or explode are said of layer and step, once in a stage. */
class RangeWatchTest {

  private static final Position STEP = new Position(1, 0, Phase.QAT, 0, 3, 12);
  private static final Position NEXT_STAGE = new Position(2, 0, Phase.QAT, 0, 3, 40);

  private final Network network = TinyJob.network();
  private final QuantizedGraph graph = graph(QuantizationScheme.W8A8);
  private final Ranges ranges = Ranges.empty(graph.slots());
  private final RangeWatch watch = new RangeWatch();

  private static QuantizedGraph graph(QuantizationScheme scheme) {
    return QuantizedGraph.of(BlockGraph.of(TinyJob.network()), scheme);
  }

  @BeforeEach
  void soundRanges() {
    for (int slot = 0; slot < ranges.slots(); slot++) {
      ranges.set(slot, new Range(-1, 2));
    }
  }

  private List<String> activations(Position at) {
    return watch.activations(at, graph, ranges);
  }

  @Test
  void nothingIsSaidOfRangesThatMove() {
    assertThat(activations(STEP)).isEmpty();
    for (int slot = 0; slot < ranges.slots(); slot++) {
      ranges.set(slot, new Range(-1, 2048));
    }
    assertThat(activations(STEP)).isEmpty();
  }

  @Test
  void aRangeWithoutWidthIsSaidOnceInAStage() {
    ranges.set(point("conv1").firstSlot(), new Range(0, 0));
    assertThat(activations(STEP))
        .singleElement()
        .asString()
        .startsWith("Range of the activations of layer 'conv1' collapses at step 12: ");
    assertThat(activations(STEP)).isEmpty();
    assertThat(activations(NEXT_STAGE)).hasSize(1);
  }

  @Test
  void aRangeThatIsTooWideIsSaidOnceInAStage() {
    assertThat(activations(STEP)).isEmpty();
    ranges.set(point("conv1").firstSlot(), new Range(-2049, 1));
    assertThat(activations(STEP))
        .singleElement()
        .asString()
        .startsWith("Range of the activations of layer 'conv1' explodes at step 12: it is 1025 ");
    assertThat(activations(STEP)).isEmpty();
    assertThat(activations(NEXT_STAGE)).as("a stage has first ranges of its own").isEmpty();
  }

  @Test
  void aRangeThatIsBeingCalibratedHasNoFirstWidth() {
    Position calibration = new Position(1, 0, Phase.CALIBRATION, 0, 0, 9);
    ranges.set(point("conv1").firstSlot(), new Range(0, 0.001f));
    assertThat(activations(calibration)).isEmpty();
    ranges.set(point("conv1").firstSlot(), new Range(0, 1000));
    assertThat(activations(calibration)).isEmpty();
    assertThat(activations(STEP)).isEmpty();
  }

  @Test
  void whatWasWithoutWidthDoesNotExplodeWhenItGetsOne() {
    int slot = point("conv1").firstSlot();
    ranges.set(slot, new Range(0, 0));
    assertThat(activations(STEP)).hasSize(1);
    ranges.set(slot, new Range(0, 1));
    assertThat(activations(STEP)).isEmpty();
    ranges.set(slot, new Range(0, 1025));
    assertThat(activations(STEP)).singleElement().asString().contains("explodes");
  }

  @Test
  void channelsAreCounted() {
    QuantizedGraph channels =
        graph(
            new QuantizationScheme(
                WeightQuantizer.DEFAULT,
                new ActivationQuantizer(
                    CodeFormat.unsigned(8),
                    Granularity.PER_CHANNEL,
                    ActivationQuantizer.DEFAULT.observer()),
                0,
                List.of()));
    Ranges all = Ranges.empty(channels.slots());
    for (int slot = 0; slot < all.slots(); slot++) {
      all.set(slot, new Range(0, 1));
    }
    QuantizationPoint relu = point(channels, "conv1");
    all.set(relu.firstSlot() + 1, new Range(0, 0));
    assertThat(watch.activations(STEP, channels, all))
        .singleElement()
        .asString()
        .startsWith(
            "Range of 1 of %d channels of the activations of layer 'conv1' collapses at step 12: "
                .formatted(relu.slots()));
  }

  @Test
  void weightsThatVanishOrGrowAreSaid() {
    TrainingState state = state();
    assertThat(watch.weights(STEP, graph, state)).isEmpty();
    Parameter fc = network.parameters().parameter("fc.weight");
    float[] parameters = state.parameters();
    for (int i = fc.offset(); i < fc.end(); i++) {
      parameters[i] *= 2000;
    }
    assertThat(watch.weights(STEP, graph, state))
        .singleElement()
        .asString()
        .startsWith("Range of 3 of 3 channels of the weights of layer 'fc' explodes at step 12: ");
    Arrays.fill(parameters, fc.offset(), fc.offset() + fc.size() / 3, 0);
    assertThat(watch.weights(STEP, graph, state))
        .singleElement()
        .asString()
        .startsWith("Range of 1 of 3 channels of the weights of layer 'fc' collapses at step 12: ");
    assertThat(watch.weights(STEP, graph, state)).isEmpty();
  }

  /** Folding keeps gamma away from 0, so that codes still tell the weights. */
  @Test
  void aGammaOfZeroIsNoCollapse() {
    TrainingState state = state();
    state.parameters()[network.parameters().parameter("bn1.gamma").offset()] = 0;
    assertThat(watch.weights(STEP, graph, state)).isEmpty();
  }

  private TrainingState state() {
    return new TrainingState(
        STEP,
        Initialization.parameters(network, 7),
        new float[0][],
        Initialization.statistics(network),
        ranges,
        0,
        Map.of());
  }

  private QuantizationPoint point(String name) {
    return point(graph, name);
  }

  private static QuantizationPoint point(QuantizedGraph graph, String name) {
    return graph.points().stream().filter(p -> p.name().equals(name)).findFirst().orElseThrow();
  }
}
