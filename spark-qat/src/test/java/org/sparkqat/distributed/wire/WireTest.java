package org.sparkqat.distributed.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.Normalization;
import org.sparkqat.quantization.Range;
import org.sparkqat.quantization.Ranges;

class WireTest {

  @Test
  void anOrderTravelsUnchanged() {
    Ranges ranges = Ranges.empty(2);
    ranges.set(1, new Range(-1, 2));
    StepOrder order =
        new StepOrder(
            5,
            6,
            7,
            Arithmetic.QUANTIZED,
            Normalization.RUNNING,
            new float[] {1, -0f, Float.MIN_VALUE},
            new float[] {2},
            ranges);
    StepOrder copy = StepOrder.decode(order.encode());
    assertThat(copy.encode()).isEqualTo(order.encode());
    assertThat(copy.arithmetic()).isEqualTo(Arithmetic.QUANTIZED);
    assertThat(copy.ranges()).isEqualTo(ranges);
  }

  @Test
  void aMessageOfSomebodyElseIsRefused() {
    assertThatThrownBy(() -> Wire.reader(new byte[] {1, 2, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not start as one of ours");
    byte[] newer = Wire.writer(0).bytes();
    newer[4] = 99;
    assertThatThrownBy(() -> Wire.reader(newer))
        .hasMessageContaining("Invalid message version: 99");
  }

  @Test
  void anArrayLongerThanItsMessageIsRefused() {
    byte[] message = Wire.writer(64).putFloats(new float[] {1, 2, 3}).bytes();
    Wire cut = Wire.reader(Arrays.copyOf(message, message.length - 4));
    assertThatThrownBy(cut::getFloats)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("an array of 3 elements");
  }
}
