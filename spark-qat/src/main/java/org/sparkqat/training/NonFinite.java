package org.sparkqat.training;

import java.util.Optional;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;

/** Looks for NaN and infinities in flat arrays. */
public final class NonFinite {

  private NonFinite() {}

  /** The first parameter of the layout that holds a NaN or an infinity. */
  public static Optional<Parameter> first(float[] values, ParameterLayout layout) {
    Limits.requireLength("values", values.length, layout.size());
    return layout.parameters().stream().filter(p -> isIn(values, p)).findFirst();
  }

  private static boolean isIn(float[] values, Parameter parameter) {
    for (int i = parameter.offset(); i < parameter.end(); i++) {
      if (!Float.isFinite(values[i])) {
        return true;
      }
    }
    return false;
  }
}
