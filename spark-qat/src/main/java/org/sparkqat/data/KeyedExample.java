package org.sparkqat.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;

/**
 * An example on its way to its shard: a 128-bit key, and its canonical content (features as uint8
 * or big-endian float32, then the label in four bytes). Mutable in no way, but shares its array.
 */
final class KeyedExample implements Serializable {

  private static final long serialVersionUID = 1L;

  /** By key, then by content: a total order that knows nothing of where an example came from. */
  static final Comparator<KeyedExample> ORDER = new Order();

  final long high;
  final long low;
  final byte[] content;

  KeyedExample(long high, long low, byte[] content) {
    this.high = high;
    this.low = low;
    this.content = content;
  }

  private static final class Order implements Comparator<KeyedExample>, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public int compare(KeyedExample a, KeyedExample b) {
      int order = Long.compareUnsigned(a.high, b.high);
      if (order == 0) {
        order = Long.compareUnsigned(a.low, b.low);
      }
      return order == 0 ? Arrays.compareUnsigned(a.content, b.content) : order;
    }
  }
}
