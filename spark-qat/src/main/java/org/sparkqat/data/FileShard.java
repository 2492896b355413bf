package org.sparkqat.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A shard in a file: its examples behind each other, each in the form of {@link
 * KeyedExample#content}. An example is read when it is asked for, and a few more when they are
 * asked for one after another.
 *
 * <p>The file is read, not mapped: the system's page cache keeps what fits in memory either way,
 * but mapped pages count as memory of the process, which resource managers kill for it.
 */
final class FileShard implements Shard, AutoCloseable {

  private static final int READ_AHEAD_BYTES = 1 << 16;

  private final int index;
  private final int size;
  private final ExampleLayout layout;
  private final Path path;
  private final ByteBuffer buffer;
  private @Nullable FileChannel file;
  private int firstInBuffer;
  private int inBuffer;

  FileShard(int index, int size, ExampleLayout layout, Path path) {
    this.index = index;
    this.size = size;
    this.layout = layout;
    this.path = path;
    int ahead = Math.max(1, READ_AHEAD_BYTES / layout.exampleBytes());
    this.buffer = ByteBuffer.allocateDirect(Math.min(ahead, size) * layout.exampleBytes());
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int featureSize() {
    return layout.featureSize();
  }

  @Override
  public void features(int example, float[] dst, int offset) {
    int start = find(example);
    if (layout.isUint8()) {
      for (int i = 0; i < layout.featureSize(); i++) {
        dst[offset + i] = buffer.get(start + i) & 0xff;
      }
    } else {
      buffer
          .slice(start, layout.exampleBytes())
          .asFloatBuffer()
          .get(dst, offset, layout.featureSize());
    }
  }

  @Override
  public int label(int example) {
    if (layout.isRegression()) {
      throw new IllegalStateException("Cannot read a class: the labels are regression targets");
    }
    return labelBits(example);
  }

  @Override
  public float target(int example) {
    int bits = labelBits(example);
    return layout.isRegression() ? Float.intBitsToFloat(bits) : bits;
  }

  private int labelBits(int example) {
    return buffer.getInt(find(example) + layout.exampleBytes() - Integer.BYTES);
  }

  /** Where an example starts in the buffer; reads it when it is not there. */
  private int find(int example) {
    if (example < firstInBuffer || example >= firstInBuffer + inBuffer) {
      if (example < 0 || example >= size) {
        throw new IndexOutOfBoundsException(
            "Invalid example: %d (shard %d has %d)".formatted(example, index, size));
      }
      boolean continues = example == firstInBuffer + inBuffer;
      int room = buffer.capacity() / layout.exampleBytes();
      read(example, continues ? Math.min(room, size - example) : 1);
    }
    return (example - firstInBuffer) * layout.exampleBytes();
  }

  private void read(int first, int count) {
    inBuffer = 0;
    buffer.clear().limit(count * layout.exampleBytes());
    try {
      FileChannel open = file == null ? FileChannel.open(path, StandardOpenOption.READ) : file;
      file = open;
      long position = (long) first * layout.exampleBytes();
      while (buffer.hasRemaining()) {
        int read = open.read(buffer, position + buffer.position());
        if (read < 0) {
          throw new EOFException("the file ends at " + open.size() + " bytes");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to read shard %d in %s".formatted(index, path), e);
    }
    firstInBuffer = first;
    inBuffer = count;
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Failed to close shard %d in %s".formatted(index, path), e);
    }
  }
}
