package org.sparkqat.distributed.probe;

import java.util.Comparator;
import java.util.List;
import org.sparkqat.data.Shard;
import org.sparkqat.data.ShardedDataset;
import org.sparkqat.distributed.wire.Wire;

/**
 * Some examples of a data set, as many of the first of each shard: a function of the seed and of
 * the examples, never of the cluster.
 *
 * @param raw values before normalization, {@code [N, features]}
 * @param targets classes, or regression targets, {@code [N]}
 */
public record SampledExamples(int size, float[] raw, float[] targets) {

  /** Numbers that travel in one message, at most. */
  private static final long MOST_NUMBERS = 1L << 28;

  /**
   * Takes examples of a data set to the driver; one Spark job.
   *
   * @param wanted how many, at most; what is taken is a multiple of the micro-batch
   * @throws IllegalArgumentException when there is not one micro-batch of them
   */
  public static SampledExamples of(ShardedDataset data, int wanted, int microBatch) {
    int most = (int) Math.min(wanted, data.examples()) / microBatch * microBatch;
    if (most == 0) {
      throw new IllegalArgumentException(
          "Invalid examples: %d of %d (one micro-batch needs %d)"
              .formatted(wanted, data.examples(), microBatch));
    }
    int perShard = (most + data.shards() - 1) / data.shards();
    List<Part> parts =
        data.rdd().map(shard -> part(shard, perShard).encode()).collect().stream()
            .map(Part::decode)
            .sorted(Comparator.comparingInt(Part::shard))
            .toList();
    return joined(parts, microBatch, most);
  }

  private static SampledExamples joined(List<Part> parts, int microBatch, int most) {
    int found = parts.stream().mapToInt(part -> part.targets().length).sum();
    int size = Math.min(found, most) / microBatch * microBatch;
    int features =
        parts.stream()
            .filter(part -> part.targets().length > 0)
            .mapToInt(part -> part.raw().length / part.targets().length)
            .findFirst()
            .orElse(0);
    if (size == 0 || (long) size * features > MOST_NUMBERS) {
      throw new IllegalArgumentException(
          "Invalid examples: %d of %d numbers each (allowed: from one micro-batch, %d, to %d numbers)"
              .formatted(size, features, microBatch, MOST_NUMBERS));
    }
    float[] raw = new float[size * features];
    float[] targets = new float[size];
    int at = 0;
    // In turns, so that every micro-batch has examples of every shard.
    for (int i = 0; at < size; i++) {
      for (Part part : parts) {
        if (i < part.targets().length && at < size) {
          System.arraycopy(part.raw(), i * features, raw, at * features, features);
          targets[at] = part.targets()[i];
          at++;
        }
      }
    }
    return new SampledExamples(size, raw, targets);
  }

  private static Part part(Shard shard, int most) {
    int size = Math.min(most, shard.size());
    float[] raw = new float[size * shard.featureSize()];
    float[] targets = new float[size];
    for (int i = 0; i < size; i++) {
      shard.features(i, raw, i * shard.featureSize());
      targets[i] = shard.target(i);
    }
    return new Part(shard.index(), raw, targets);
  }

  /** The first examples of one shard. */
  private record Part(int shard, float[] raw, float[] targets) {

    byte[] encode() {
      Wire wire = Wire.writer(64 + 4L * (raw.length + targets.length));
      return wire.putInt(shard).putFloats(raw).putFloats(targets).bytes();
    }

    static Part decode(byte[] bytes) {
      Wire wire = Wire.reader(bytes);
      return new Part(wire.getInt(), wire.getFloats(), wire.getFloats());
    }
  }

  byte[] encode() {
    Wire wire = Wire.writer(64 + 4L * (raw.length + targets.length));
    return wire.putInt(size).putFloats(raw).putFloats(targets).bytes();
  }

  static SampledExamples decode(byte[] bytes) {
    Wire wire = Wire.reader(bytes);
    return new SampledExamples(wire.getInt(), wire.getFloats(), wire.getFloats());
  }
}
