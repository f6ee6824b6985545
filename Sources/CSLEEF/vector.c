#include "CSLEEF.h"

#include <math.h>
#include <sleef.h>

// Whole vectors through SLEEF, the remainder through one padded vector, so that an element's value does not
// depend on its position in the array.
#if defined(__AVX2__)
#include <immintrin.h>
#include <string.h>

#define MAP_FLOAT(name, function)                                    \
  void name(const float *x, float *y, size_t count) {                \
    size_t i = 0;                                                    \
    for (; i + 8 <= count; i += 8)                                   \
      _mm256_storeu_ps(y + i, function(_mm256_loadu_ps(x + i)));     \
    if (i < count) {                                                 \
      float rest[8] = {1, 1, 1, 1, 1, 1, 1, 1};                      \
      memcpy(rest, x + i, (count - i) * sizeof(float));              \
      _mm256_storeu_ps(rest, function(_mm256_loadu_ps(rest)));       \
      memcpy(y + i, rest, (count - i) * sizeof(float));              \
    }                                                                \
  }
#define MAP_DOUBLE(name, function)                                   \
  void name(const double *x, double *y, size_t count) {              \
    size_t i = 0;                                                    \
    for (; i + 4 <= count; i += 4)                                   \
      _mm256_storeu_pd(y + i, function(_mm256_loadu_pd(x + i)));     \
    if (i < count) {                                                 \
      double rest[4] = {1, 1, 1, 1};                                 \
      memcpy(rest, x + i, (count - i) * sizeof(double));             \
      _mm256_storeu_pd(rest, function(_mm256_loadu_pd(rest)));       \
      memcpy(y + i, rest, (count - i) * sizeof(double));             \
    }                                                                \
  }

#define MAP(function)                                                       \
  MAP_FLOAT(engram_sleef_##function##_float, Sleef_##function##f8_u10avx2)  \
  MAP_DOUBLE(engram_sleef_##function##_double, Sleef_##function##d4_u10avx2)
#else
#define MAP_ONE(name, type, function)                                \
  void name(const type *x, type *y, size_t count) {                  \
    for (size_t i = 0; i < count; i++) y[i] = function(x[i]);        \
  }
#define MAP(function)                                                       \
  MAP_ONE(engram_sleef_##function##_float, float, Sleef_##function##f_u10)  \
  MAP_ONE(engram_sleef_##function##_double, double, Sleef_##function##_u10)
#endif

MAP(exp)
MAP(expm1)
MAP(log)
MAP(log1p)
MAP(tanh)
MAP(erf)
MAP(sin)
MAP(cos)
