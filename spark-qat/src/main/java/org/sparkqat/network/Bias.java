package org.sparkqat.network;

import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;

/** Whether a weighted layer adds a learned number to each output channel. */
public enum Bias {
  WITH,
  WITHOUT;

  void declare(String name, int outputs, ParameterLayout.Builder layout) {
    if (this == WITH) {
      layout.add(name + ".bias", Parameter.Kind.BIAS, new Shape(outputs));
    }
  }
}
