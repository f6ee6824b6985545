// Vectorised elementary functions of SLEEF over whole arrays.
#pragma once
#include <stddef.h>

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
