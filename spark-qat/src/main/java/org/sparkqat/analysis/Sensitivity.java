package org.sparkqat.analysis;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sparkqat.analysis.Hutchinson.Trace;

/**
 * What a sensitivity analysis found.
 *
 * @param network its name
 * @param examples on which everything was measured
 * @param bits of the grid
 * @param reference the float network
 */
public record Sensitivity(
    String network,
    int examples,
    List<Integer> bits,
    Measurement reference,
    List<Layer> layers,
    List<Row> rows) {

  public Sensitivity {
    bits = List.copyOf(bits);
    layers = List.copyOf(layers);
    rows = List.copyOf(rows);
  }

  /** A variant and what it reaches. */
  public record Row(Variant variant, Measurement found) {}

  /**
   * What is known of a layer itself.
   *
   * @param name of a block, or {@code input}
   * @param weights how many it has; 0: none
   * @param trace of the Hessian of the loss with respect to its weights
   * @param squaredGradient mean over micro-batches of the squared norm of the gradient of its
   *     weights, the diagonal of the empirical Fisher matrix summed up
   * @param errors of its weights, by bits
   */
  public record Layer(
      String name,
      long weights,
      Optional<Trace> trace,
      double squaredGradient,
      Map<Integer, WeightError> errors) {

    public Layer {
      errors = Map.copyOf(errors);
    }
  }

  /** What was found with a variant; empty: it was not in the grid. */
  public Optional<Measurement> found(Variant variant) {
    return rows.stream().filter(row -> row.variant().equals(variant)).map(Row::found).findFirst();
  }

  /** A layer by its name. */
  public Optional<Layer> layer(String name) {
    return layers.stream().filter(layer -> layer.name().equals(name)).findFirst();
  }
}
