package org.sparkqat.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {

  @Test
  void anImageHasChannelsAndPixels() {
    Shape image = new Shape(3, 4, 5);

    assertThat(image.rank()).isEqualTo(3);
    assertThat(image.size()).isEqualTo(60);
    assertThat(image.channels()).isEqualTo(3);
    assertThat(image.spatial()).isEqualTo(20);
    assertThat(image.dim(2)).isEqualTo(5);
    assertThat(image).hasToString("[3, 4, 5]");
  }

  @Test
  void aVectorHasOneElementPerChannel() {
    assertThat(new Shape(7).channels()).isEqualTo(7);
    assertThat(new Shape(7).spatial()).isEqualTo(1);
  }

  @Test
  void shapesOfEqualSizesAreEqual() {
    assertThat(new Shape(3, 4)).isEqualTo(new Shape(3, 4)).hasSameHashCodeAs(new Shape(3, 4));
    assertThat(new Shape(3, 4)).isNotEqualTo(new Shape(4, 3)).isNotEqualTo(new Shape(12));
  }

  @Test
  void theSizesCannotBeChangedFromOutside() {
    int[] dims = {3, 4};
    Shape shape = new Shape(dims);
    dims[0] = 9;
    shape.dims()[1] = 9;

    assertThat(shape).isEqualTo(new Shape(3, 4));
  }

  @Test
  void sizesBelowOneAreRefused() {
    assertThatThrownBy(() -> new Shape(3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid shape: [3, 0] (every size must be at least 1)");
    assertThatThrownBy(Shape::new).hasMessage("Invalid shape: [] (must have at least one size)");
  }

  @Test
  void moreElementsThanAnArrayHoldsAreRefused() {
    assertThat(new Shape(46340, 46340).size()).isEqualTo(46340 * 46340);
    assertThatThrownBy(() -> new Shape(65536, 65536, 65536))
        .hasMessage("Invalid shape: [65536, 65536, 65536] (more than 2^31 - 1 elements)");
  }
}
