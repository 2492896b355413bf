package org.sparkqat.analysis;

import java.util.List;
import java.util.function.Function;
import org.sparkqat.network.Network;
import org.sparkqat.tensor.CounterRandom;
import org.sparkqat.tensor.CounterRandom.Purpose;
import org.sparkqat.tensor.Parameter;

/**
 * The trace of the Hessian of the loss with respect to each layer's weights, by Hutchinson's
 * estimator (HAWQ-V2, Dong et al. 2019, arXiv 1911.03852): {@code tr(H_l) = E v_l' (H v)_l} with
 * random signs {@code v}.
 *
 * <p>The product is a central difference of gradients, {@code H D v = (g(w + D v) - g(w - D v)) /
 * 2}, with {@code D} the layer's {@code d_l = step * rms(w_l)} (step alone for weights that are all
 * 0), so that {@code v_l' (H D v)_l / d_l} is an estimate; all layers move at once, as the signs of
 * different layers are independent. The signs are a function of seed, number and place.
 */
public final class Hutchinson {

  private final List<Parameter> weights;
  private final float[] parameters;
  private final long seed;
  private final double step;

  /**
   * Estimates at a point.
   *
   * @param step share of a layer's root mean square weight, above 0
   */
  public Hutchinson(Network network, float[] parameters, long seed, double step) {
    if (!(step > 0 && Double.isFinite(step))) {
      throw new IllegalArgumentException(
          "Invalid step of the Hessian: " + step + " (must be above 0)");
    }
    this.weights = weights(network);
    this.parameters = parameters;
    this.seed = seed;
    this.step = step;
  }

  /** The weights of all weighted layers, in the order of the network's parameters. */
  public static List<Parameter> weights(Network network) {
    return network.parameters().parameters().stream()
        .filter(parameter -> parameter.kind() == Parameter.Kind.WEIGHT)
        .toList();
  }

  /**
   * One estimate of the trace of each layer.
   *
   * @param number which of the random vectors, from 0
   * @param gradient of the loss at the given parameters, in their layout
   */
  public double[] estimate(int number, Function<float[], double[]> gradient) {
    double[] above = gradient.apply(moved(number, 1));
    double[] below = gradient.apply(moved(number, -1));
    double[] traces = new double[weights.size()];
    for (int l = 0; l < traces.length; l++) {
      Parameter at = weights.get(l);
      double sum = 0;
      for (int i = at.offset(); i < at.end(); i++) {
        sum += sign(number, i) * (above[i] - below[i]);
      }
      traces[l] = sum / (2 * distance(at));
    }
    return traces;
  }

  private float[] moved(int number, int direction) {
    float[] moved = parameters.clone();
    for (Parameter at : weights) {
      float by = direction * (float) distance(at);
      for (int i = at.offset(); i < at.end(); i++) {
        moved[i] += sign(number, i) * by;
      }
    }
    return moved;
  }

  private int sign(int number, int index) {
    return CounterRandom.bits(seed, Purpose.HESSIAN, number, index, 0) < 0 ? -1 : 1;
  }

  private double distance(Parameter at) {
    double squares = 0;
    for (int i = at.offset(); i < at.end(); i++) {
      squares += (double) parameters[i] * parameters[i];
    }
    return squares == 0 ? step : (float) (step * Math.sqrt(squares / at.size()));
  }

  /** Mean of estimates, and its standard error; NaN for a single one. */
  public record Trace(double mean, double error) {

    /** The trace of a layer, from its estimates. */
    public static Trace of(List<Double> estimates) {
      int n = estimates.size();
      double mean = estimates.stream().mapToDouble(Double::doubleValue).sum() / n;
      double squares = 0;
      for (double each : estimates) {
        squares += (each - mean) * (each - mean);
      }
      return new Trace(mean, n > 1 ? Math.sqrt(squares / (n - 1) / n) : Double.NaN);
    }
  }
}
