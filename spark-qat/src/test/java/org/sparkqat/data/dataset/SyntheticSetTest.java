package org.sparkqat.data.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sparkqat.data.dataset.SyntheticDraws.Kind;
import org.sparkqat.tensor.Shape;
import org.sparkqat.testkit.SparkTestKit;

@ExtendWith(SparkTestKit.class)
class SyntheticSetTest {

  private static final Shape VECTOR = new Shape(16);
  private static final Shape IMAGE = new Shape(2, 7, 9);

  private static List<Row> rows(SparkSession session, SyntheticSet set, int partitions) {
    return set.table(session, partitions).collectAsList();
  }

  private static List<Object> comparable(Row row) {
    Object features = row.get(1) instanceof byte[] bytes ? Arrays.toString(bytes) : row.get(1);
    return List.of(row.get(0), features, row.get(2));
  }

  private static float[] features(Row row) {
    List<Float> list = row.getList(1);
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i);
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void rowsAreTheSameInAnyPartitionsAndFromAnyFirstRow(int classes, SparkSession session) {
    for (Shape shape : List.of(VECTOR, IMAGE)) {
      SyntheticSet set = new SyntheticSet(100, 0, shape, classes, 7);
      List<List<Object>> all = new ArrayList<>();
      rows(session, set, 1).forEach(row -> all.add(comparable(row)));
      assertThat(rows(session, set, 7)).map(SyntheticSetTest::comparable).isEqualTo(all);
      SyntheticSet behind = new SyntheticSet(40, 60, shape, classes, 7);
      assertThat(rows(session, behind, 3))
          .map(SyntheticSetTest::comparable)
          .isEqualTo(all.subList(60, 100));
    }
  }

  @Test
  void aSetIsTheSameInEveryVersion() {
    SyntheticDraws draws = new SyntheticDraws(42);
    var vector = new SyntheticVectors(draws, 3, 5).row(12);
    assertThat((float[]) vector.features()).containsExactly(4.449715f, -3.2750497f, 2.8527927f);
    assertThat(vector.label()).isEqualTo(2);
    var image = new SyntheticImages(draws, 1, 2, 3, 5).row(12);
    assertThat((byte[]) image.features()).containsExactly(-99, -117, -127, -120, 101, 59);
    var measured = new SyntheticVectors(draws, 2, 0).row(12);
    assertThat((float[]) measured.features()).containsExactly(0.6485676f, -0.048365068f);
    assertThat(measured.label()).isEqualTo(-0.41935675817559276);
  }

  @Test
  void noiseHasMean0AndVariance1() {
    SyntheticDraws draws = new SyntheticDraws(3);
    int count = 100_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double value = draws.normal(Kind.NOISE, i, i % 10);
      assertThat(value).isBetween(-3.5, 3.5);
      sum += value;
      squares += value * value;
    }
    // Five standard errors.
    assertThat(sum / count).isBetween(-0.016, 0.016);
    assertThat(squares / count).isBetween(0.98, 1.02);
  }

  @Test
  void theNearestCentreOfOtherRowsTellsTheClass(SparkSession session) {
    int classes = 4;
    double[][] centres = new double[classes][VECTOR.size()];
    for (Row row : rows(session, new SyntheticSet(2000, 0, VECTOR, classes, 1), 2)) {
      float[] x = features(row);
      for (int i = 0; i < x.length; i++) {
        centres[row.getInt(2)][i] += x[i] / 500;
      }
    }
    long hits =
        rows(session, new SyntheticSet(1000, 2000, VECTOR, classes, 1), 2).stream()
            .filter(row -> nearest(centres, features(row)) == row.getInt(2))
            .count();
    assertThat(hits).isGreaterThan(900);
  }

  private static int nearest(double[][] centres, float[] x) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int c = 0; c < centres.length; c++) {
      double distance = 0;
      for (int i = 0; i < x.length; i++) {
        distance += (x[i] - centres[c][i]) * (x[i] - centres[c][i]);
      }
      if (distance < least) {
        least = distance;
        best = c;
      }
    }
    return best;
  }

  @Test
  void classesAreEquallyFrequent(SparkSession session) {
    SyntheticSet set = new SyntheticSet(300, 0, VECTOR, 3, 1);
    List<Row> counts = set.table(session, 2).groupBy("label").count().collectAsList();
    assertThat(counts).hasSize(3).allMatch(row -> row.getLong(1) == 100);
  }

  @Test
  void aSetWithoutRowsOrWithOneClassIsInvalid() {
    assertThatThrownBy(() -> new SyntheticSet(0, 0, VECTOR, 2, 1))
        .hasMessage("Invalid --rows: 0 (must be at least 1)");
    assertThatThrownBy(() -> new SyntheticSet(1, 0, VECTOR, 1, 1))
        .hasMessage("Invalid --classes: 1 (allowed: 0 for regression, or 2 to 65536)");
    assertThatThrownBy(() -> new SyntheticSet(1, -1, VECTOR, 2, 1))
        .hasMessage("Invalid --first-row: -1 (allowed: 0 to 9223372036854775806)");
    assertThatThrownBy(() -> new SyntheticSet(1, 0, new Shape(2, 2), 2, 1))
        .hasMessage("Invalid shape: [2, 2] (must be [C, H, W] or [F])");
  }
}
