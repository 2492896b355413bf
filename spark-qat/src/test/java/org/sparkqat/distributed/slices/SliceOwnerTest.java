package org.sparkqat.distributed.slices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkqat.distributed.exchange.ShardRange;
import org.sparkqat.engine.Seeds;
import org.sparkqat.tensor.Loops;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;
import org.sparkqat.tensor.Slices;
import org.sparkqat.training.ClipReport;
import org.sparkqat.training.Clipping;
import org.sparkqat.training.Optimizer;
import org.sparkqat.training.SliceNorm;
import org.sparkqat.training.SlicedClipping;
import org.sparkqat.training.TreeSum;

/**
 * Owners of slices make of the shards' gradients, in whatever order they come, what a driver does.
 */
class SliceOwnerTest {

  private static final int SHARDS = 8;
  private static final int STEPS = 3;
  private static final double RATE = 0.01;

  private static final ParameterLayout LAYOUT =
      ParameterLayout.builder()
          .add("conv.weight", Parameter.Kind.WEIGHT, new Shape(7, 5, 3, 3))
          .add("conv.bias", Parameter.Kind.BIAS, new Shape(7))
          .add("fc.weight", Parameter.Kind.WEIGHT, new Shape(100, 61))
          .add("fc.bias", Parameter.Kind.BIAS, new Shape(100))
          .build();

  private final Random random = Seeds.random();

  static Stream<SlicedRules> rules() {
    List<Optimizer> optimizers =
        List.of(
            new Optimizer.Sgd(0, Optimizer.Nesterov.NONE, 1e-3),
            new Optimizer.Sgd(0.9, Optimizer.Nesterov.NESTEROV, 1e-4),
            new Optimizer.Adam(0.9, 0.999, 1e-8, 1e-3),
            new Optimizer.AdamW(0.9, 0.999, 1e-8, 0.01));
    List<Clipping> clippings =
        List.of(
            Clipping.NONE,
            new Clipping(1, 0, 0),
            new Clipping(1e6, 0, 0),
            new Clipping(0, 0.5, 0),
            new Clipping(3, 0.1, 0));
    return optimizers.stream()
        .flatMap(optimizer -> clippings.stream().map(c -> new SlicedRules(optimizer, c)));
  }

  private float[] gaussians(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private List<float[]> gradients() {
    return Stream.generate(() -> gaussians(LAYOUT.size())).limit(SHARDS).toList();
  }

  private static SlicedState start(float[] parameters, Optimizer optimizer) {
    return new SlicedState(0, parameters, optimizer.initialSlots(LAYOUT));
  }

  private static List<SliceOwner> owners(SlicedRules rules, Slices slices, SlicedState state) {
    List<SliceOwner> owners = new ArrayList<>();
    byte[] bytes = state.encode();
    for (int slice = 0; slice < slices.count(); slice++) {
      owners.add(
          new SliceOwner(
              slices, slice, SHARDS, rules, LAYOUT, SlicedState.decode(bytes, slices, slice)));
    }
    return owners;
  }

  /** Each worker sums its shards, and the owners take the workers' sums in any order. */
  private void deliver(List<float[]> gradients, List<SliceOwner> owners) {
    int workers = owners.size();
    for (SliceOwner owner : owners) {
      List<Integer> order = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        order.add(worker);
      }
      Collections.shuffle(order, random);
      for (int worker : order) {
        TreeSum<float[]> sum = TreeSum.ofFloats(SHARDS);
        ShardRange range = ShardRange.of(worker, workers, SHARDS);
        for (int shard = range.first(); shard <= range.last(); shard++) {
          sum.add(shard, Arrays.copyOfRange(gradients.get(shard), owner.from(), owner.to()));
        }
        if (owner.size() > 0) {
          owner.add(sum.parts());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rules")
  void slicesHaveTheBitsOfTheWhole(SlicedRules rules) {
    for (int workers : new int[] {1, 2, 3, 5, 8}) {
      Slices slices = new Slices(LAYOUT.size(), workers);
      float[] parameters = gaussians(LAYOUT.size());
      float[][] slots = rules.optimizer().initialSlots(LAYOUT);
      List<SliceOwner> owners = owners(rules, slices, start(parameters, rules.optimizer()));
      for (int step = 0; step < STEPS; step++) {
        List<float[]> gradients = gradients();
        deliver(gradients, owners);
        List<SliceNorm> norms = owners.stream().map(SliceOwner::merge).toList();
        ClipReport clip = new SlicedClipping(rules.clipping(), slices).report(norms);
        SliceUpdate update = new SliceUpdate(step, clip.factor(), RATE, step + 1);
        owners.forEach(owner -> assertThat(owner.isReadyFor(update)).isTrue());
        owners.forEach(owner -> owner.update(update));
        owners.forEach(owner -> owner.update(update));

        TreeSum<float[]> sum = TreeSum.ofFloats(SHARDS);
        for (int shard = 0; shard < SHARDS; shard++) {
          sum.add(shard, gradients.get(shard).clone());
        }
        float[] gradient = sum.total();
        ClipReport expected =
            rules.clipping().apply(gradient, 1f / SHARDS, parameters, LAYOUT, Loops.PARALLEL);
        rules.optimizer().update(parameters, gradient, slots, LAYOUT, RATE, step + 1);
        assertThat(clip).isEqualTo(expected);
      }
      float[][] collected = new float[1 + slots.length][LAYOUT.size()];
      for (int slice = 0; slice < workers; slice++) {
        byte[] state = owners.get(slice).state();
        SliceContent.read(state, collected, slices.from(slice), slices.size(slice));
        assertThat(owners.get(slice).step()).isEqualTo(STEPS);
      }
      assertThat(collected[0]).isEqualTo(parameters);
      assertThat(Arrays.copyOfRange(collected, 1, collected.length)).isDeepEqualTo(slots);
    }
  }

  @Test
  void theFirstElementThatIsNotFiniteIsFound() {
    Slices slices = new Slices(LAYOUT.size(), 3);
    SlicedRules rules =
        new SlicedRules(new Optimizer.Sgd(0, Optimizer.Nesterov.NONE, 0), Clipping.NONE);
    List<SliceOwner> owners =
        owners(rules, slices, start(gaussians(LAYOUT.size()), rules.optimizer()));
    List<float[]> gradients = gradients();
    gradients.get(3)[5000] = Float.NaN;
    gradients.get(1)[4000] = Float.POSITIVE_INFINITY;
    deliver(gradients, owners);
    List<SliceNorm> norms = owners.stream().map(SliceOwner::merge).toList();
    assertThat(norms.stream().mapToInt(SliceNorm::firstNonFinite).min()).hasValue(4000);
    assertThat(new SlicedClipping(rules.clipping(), slices).report(norms).norm()).isNaN();
  }

  @Test
  void adaptiveClippingIsRefused() {
    Slices slices = new Slices(LAYOUT.size(), 3);
    assertThatThrownBy(() -> new SlicedClipping(new Clipping(0, 0, 0.01), slices))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid adaptive clipping: 0.01 (0 for a gradient that is held in slices)");
  }

  @Test
  void anOwnerIsNotReadyForAnotherStep() {
    Slices slices = new Slices(LAYOUT.size(), 1);
    SlicedRules rules =
        new SlicedRules(new Optimizer.Sgd(0, Optimizer.Nesterov.NONE, 0), Clipping.NONE);
    SliceOwner owner =
        owners(rules, slices, start(gaussians(LAYOUT.size()), rules.optimizer())).get(0);
    assertThat(owner.isReadyFor(new SliceUpdate(0, 1, RATE, 1))).as("no gradient").isFalse();
    assertThat(owner.isReadyFor(new SliceUpdate(-1, 1, RATE, 1))).as("made before").isTrue();
    assertThat(owner.isReadyFor(new SliceUpdate(1, 1, RATE, 1))).as("later").isFalse();
  }
}
