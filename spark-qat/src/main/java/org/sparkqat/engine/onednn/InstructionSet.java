package org.sparkqat.engine.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx10_1_512;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx10_1_512_amx;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx10_1_512_amx_fp16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx10_2_512;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx10_2_512_amx_2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2_vnni;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx2_vnni_2;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_bf16;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_avx512_core_vnni;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_default;
import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu_isa_sse41;
import static org.bytedeco.dnnl.global.dnnl.dnnl_get_effective_cpu_isa;
import static org.bytedeco.dnnl.global.dnnl.dnnl_set_max_cpu_isa;

import java.util.List;
import java.util.Map;

/** The names of the instruction sets that oneDNN may use, as its documentation spells them. */
final class InstructionSet {

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(dnnl_cpu_isa_default, "default"),
          Map.entry(dnnl_cpu_isa_sse41, "sse41"),
          Map.entry(dnnl_cpu_isa_avx, "avx"),
          Map.entry(dnnl_cpu_isa_avx2, "avx2"),
          Map.entry(dnnl_cpu_isa_avx2_vnni, "avx2_vnni"),
          Map.entry(dnnl_cpu_isa_avx2_vnni_2, "avx2_vnni_2"),
          Map.entry(dnnl_cpu_isa_avx512_core, "avx512_core"),
          Map.entry(dnnl_cpu_isa_avx512_core_vnni, "avx512_core_vnni"),
          Map.entry(dnnl_cpu_isa_avx512_core_bf16, "avx512_core_bf16"),
          Map.entry(dnnl_cpu_isa_avx10_1_512, "avx10_1_512"),
          Map.entry(dnnl_cpu_isa_avx10_1_512_amx, "avx10_1_512_amx"),
          Map.entry(dnnl_cpu_isa_avx10_1_512_amx_fp16, "avx10_1_512_amx_fp16"),
          Map.entry(dnnl_cpu_isa_avx10_2_512, "avx10_2_512"),
          Map.entry(dnnl_cpu_isa_avx10_2_512_amx_2, "avx10_2_512_amx_2"));

  /** Where the environment says what to use, oneDNN would forget it when it is told otherwise. */
  private static final List<String> VARIABLES = List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA");

  private InstructionSet() {}

  /** Lets oneDNN use no better one than this; does nothing once it has chosen. */
  static void limit(String name) {
    if (VARIABLES.stream().allMatch(variable -> System.getenv(variable) == null)) {
      NAMES.forEach(
          (code, known) -> {
            if (known.equals(name)) {
              var unused = dnnl_set_max_cpu_isa(code);
            }
          });
    }
  }

  /** The one that oneDNN uses here. */
  static String effective() {
    int code = dnnl_get_effective_cpu_isa();
    return NAMES.getOrDefault(code, "isa_0x" + Integer.toHexString(code));
  }

  /** True when there are products of bfloat16 with 32-bit sums. */
  static boolean hasBfloat16() {
    String name = effective();
    return name.contains("bf16") || name.contains("amx") || name.startsWith("avx10");
  }

  /** True when products of 8-bit codes are summed in 32 bits at once, so that none saturates. */
  static boolean hasIntegerDotProduct() {
    String name = effective();
    return name.contains("vnni")
        || name.contains("bf16")
        || name.contains("fp16")
        || name.contains("amx")
        || name.startsWith("avx10");
  }

  /**
   * True where comparisons among post-operations are right: oneDNN 3.11 gives no 1 for them with
   * vectors of 256 bits.
   */
  static boolean compares() {
    String name = effective();
    return name.startsWith("avx512") || name.startsWith("avx10");
  }
}
