package org.sparkqat.engine.onednn;

import org.bytedeco.javacpp.FloatPointer;
import org.jspecify.annotations.Nullable;

/** Native memory that grows to the largest size asked for; its content does not survive growth. */
final class WorkSpace implements Place {

  private final Context context;
  private @Nullable NativeBlock block;

  WorkSpace(Context context, Ownership owned) {
    this.context = context;
    owned.add(this::release);
  }

  @Override
  public FloatPointer start() {
    if (block == null) {
      throw new IllegalStateException("Cannot use native memory: none is reserved");
    }
    return block.start();
  }

  @Override
  public void reserve(long bytes) {
    if (block == null || block.bytes() < bytes) {
      NativeBlock larger = new NativeBlock(context, bytes);
      release();
      block = larger;
    }
  }

  private void release() {
    if (block != null) {
      block.close();
      block = null;
    }
  }
}
