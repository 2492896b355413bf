package org.sparkqat.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.sparkqat.tensor.Parameter;
import org.sparkqat.tensor.ParameterLayout;
import org.sparkqat.tensor.Shape;

/** PyTorch's numbers, from {@code src/test/golden/training.py}. */
final class Golden {

  /** The layout of all cases: a weight that decays and a bias that does not. */
  static final ParameterLayout LAYOUT =
      ParameterLayout.builder()
          .add("fc.weight", Parameter.Kind.WEIGHT, new Shape(3, 4))
          .add("fc.bias", Parameter.Kind.BIAS, new Shape(3))
          .build();

  private Golden() {}

  static JsonNode read(String part) {
    try (InputStream file = Golden.class.getResourceAsStream("/golden/training.json")) {
      return new ObjectMapper().readTree(Objects.requireNonNull(file)).required(part);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static float[] floats(JsonNode array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.get(i).doubleValue();
    }
    return values;
  }

  static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).doubleValue();
    }
    return values;
  }

  static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }

  /** Equal up to {@code tolerance * max(1, |expected|)}. */
  static void assertClose(float[] actual, float[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double allowed = tolerance * Math.max(1, Math.abs(expected[i]));
      assertThat((double) actual[i])
          .as("element %d", i)
          .isCloseTo(expected[i], Offset.offset(allowed));
    }
  }
}
