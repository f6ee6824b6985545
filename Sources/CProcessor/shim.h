// What the processor can do; the answer needs instructions that Swift cannot name.
#pragma once

/// 1 when every instruction that the toolkit's kernels were compiled to is there (x86-64-v3: AVX2 with FMA).
static inline int engram_processor_fits(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#else
  return 1;
#endif
}
