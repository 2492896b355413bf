package org.sparkqat.tensor;

/** One named array inside the flat array of a {@link ParameterLayout}. */
public record Parameter(String name, Kind kind, Shape shape, int offset) {

  /** What a parameter is for; decides weight decay and clipping. */
  public enum Kind {
    WEIGHT,
    BIAS,
    BATCH_NORM_SCALE,
    BATCH_NORM_SHIFT,
    RUNNING_MEAN,
    RUNNING_VARIANCE
  }

  public Parameter {
    if (offset < 0) {
      throw new IllegalArgumentException("Invalid offset of '" + name + "': " + offset);
    }
  }

  public int size() {
    return shape.size();
  }

  /** One past the last index of this parameter in the flat array. */
  public int end() {
    return offset + size();
  }

  /** Weight decay acts on weights only, never on biases, batch-norm parameters or scales. */
  public boolean decays() {
    return kind == Kind.WEIGHT;
  }
}
