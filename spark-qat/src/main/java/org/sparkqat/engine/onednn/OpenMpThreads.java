package org.sparkqat.engine.onednn;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/**
 * The number of OpenMP threads that oneDNN uses on behalf of the calling thread.
 *
 * <p>OpenMP keeps this number for each calling thread; unset, it is the number of cores, so that N
 * task threads would start N times as many. It is set before every computation, not once a thread:
 * that costs a tenth of a microsecond, and a thread that was never seen before, or whose setting
 * another library has changed, is as good as any.
 */
final class OpenMpThreads {

  private static final int RTLD_LAZY = 1;

  static {
    Native.register(
        OpenMpThreads.class,
        NativeLibrary.getInstance(
            Loader.load(dnnl.class), Map.of(Library.OPTION_OPEN_FLAGS, RTLD_LAZY)));
  }

  private OpenMpThreads() {}

  /** Makes oneDNN compute with so many threads when this thread calls it. */
  static void use(int threads) {
    omp_set_num_threads(threads);
  }

  /**
   * Looked up through the library that JavaCPP loaded, so in the OpenMP runtime that oneDNN uses.
   */
  @SuppressWarnings("checkstyle:MethodName")
  private static native void omp_set_num_threads(int threads);
}
