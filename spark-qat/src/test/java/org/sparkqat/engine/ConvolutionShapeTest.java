package org.sparkqat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ConvolutionShapeTest {

  @Test
  void outputSizesRoundDown() {
    ConvolutionShape shape = new ConvolutionShape(2, 4, 8, 9, 6, 3, 2, 2, 3, 1, 0, 2);
    assertThat(shape.outputHeight()).isEqualTo(4);
    assertThat(shape.outputWidth()).isEqualTo(3);
    assertThat(shape.srcSize()).isEqualTo(2 * 4 * 8 * 9);
    assertThat(shape.weightsSize()).isEqualTo(6 * 2 * 3 * 2);
    assertThat(shape.dstSize()).isEqualTo(2 * 6 * 4 * 3);
  }

  @Test
  void textNamesEverySize() {
    assertThat(new ConvolutionShape(2, 4, 8, 9, 6, 3, 2, 2, 3, 1, 0, 2))
        .hasToString(
            "convolution src [2, 4, 8, 9], weights [6, 2, 3, 2], stride [2, 3], padding [1, 0],"
                + " groups 2");
  }

  @Test
  void groupsMustDivideChannelsAndOutputs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConvolutionShape(1, 4, 5, 5, 6, 3, 3, 1, 1, 1, 1, 4))
        .withMessage(
            "Invalid convolution groups: 4 (must divide the 4 channels and the 6 outputs)");
  }

  @Test
  void paddingMustBeLessThanTheKernel() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConvolutionShape(1, 1, 5, 5, 1, 3, 3, 1, 1, 3, 1, 1))
        .withMessage(
            "Invalid convolution padding height: 3 (allowed: 0 to 2, less than the kernel)");
  }

  @Test
  void theKernelMustFitIntoThePaddedInput() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConvolutionShape(1, 1, 5, 2, 1, 3, 5, 1, 1, 1, 1, 1))
        .withMessage("Invalid convolution kernel width: 5 (allowed: at most the padded input's 4)");
  }

  @Test
  void sizesMustBePositive() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConvolutionShape(0, 1, 5, 5, 1, 3, 3, 1, 1, 1, 1, 1))
        .withMessage("Invalid convolution batch: 0 (allowed: at least 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FullyConnectedShape(1, 1, -1))
        .withMessage("Invalid fully connected outputs: -1 (allowed: at least 1)");
  }

  @Test
  void tensorsMustBeIndexable() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ConvolutionShape(1024, 64, 256, 256, 1, 3, 3, 1, 1, 1, 1, 1))
        .withMessage(
            "Invalid convolution src: shape [1024, 64, 256, 256] (allowed: at most 2147483647"
                + " values)");
  }
}
