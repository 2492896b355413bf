package org.sparkqat.distributed.wire;

/**
 * The numbers as which a shard's gradient travels to the driver, which sums them in float32. What a
 * number loses when it is rounded is added to the shard's next gradient (error feedback: Seide et
 * al. 2014; Karimireddy et al. 2019, arXiv 1901.09847).
 */
public enum GradientEncoding {
  /** As computed: 4 bytes an element, summed over the shards of a worker before it travels. */
  FLOAT32,
  /** The upper half of a float32, rounded to even: 2 bytes an element and shard. */
  BFLOAT16,
  /**
   * Multiples, -127 to 127, of a power of two for each 256 elements: 1 byte an element and shard.
   */
  INT8;

  /** Bytes of an element. */
  public int bytes() {
    return switch (this) {
      case FLOAT32 -> 4;
      case BFLOAT16 -> 2;
      case INT8 -> 1;
    };
  }

  public GradientCodec codec() {
    return switch (this) {
      case FLOAT32 -> new Float32Codec();
      case BFLOAT16 -> new BFloat16Codec();
      case INT8 -> new Int8Codec();
    };
  }
}
