// Vectorised elementary functions of SLEEF over whole arrays, and vectorised random bits.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// y[i] = exp(x[i]) and so on; `x` and `y` may be the same array. Errors stay below 1 unit in the last place.
#define ENGRAM_SLEEF_DECLARE(function)                                                      \
  void engram_sleef_##function##_float(const float *x, float *y, size_t count);             \
  void engram_sleef_##function##_double(const double *x, double *y, size_t count);

ENGRAM_SLEEF_DECLARE(exp)
ENGRAM_SLEEF_DECLARE(expm1)
ENGRAM_SLEEF_DECLARE(log)
ENGRAM_SLEEF_DECLARE(log1p)
ENGRAM_SLEEF_DECLARE(tanh)
ENGRAM_SLEEF_DECLARE(erf)
ENGRAM_SLEEF_DECLARE(sin)
ENGRAM_SLEEF_DECLARE(cos)

#undef ENGRAM_SLEEF_DECLARE

/// The 16 `octets` numbers of 64 bits that Philox-4x32-10 gives for `counter`, its successors in the first word, and `key`.
void engram_philox(const uint32_t counter[4], const uint32_t key[2], size_t octets, uint64_t *bits);

/// Replaces each x[i], strictly between 0 and 1, by the normal quantile of that probability.
void engram_normal_quantiles(double *x, size_t count);
